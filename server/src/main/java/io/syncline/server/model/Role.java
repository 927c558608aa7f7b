package io.syncline.server.model;

import java.util.Arrays;
import java.util.Locale;

/// What a user may do in an account. Each may do what those before it may.
public enum Role {
    /// Look at everything that is no secret.
    VIEWER,
    /// Register instances, create and run tasks.
    OPERATOR,
    /// Users, grants, alert channels.
    ADMIN;

    public boolean includes(Role other) {
        return compareTo(other) >= 0;
    }

    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Role ofCode(String code) {
        return Arrays.stream(values())
                .filter(role -> role.code().equals(code))
                .findFirst()
                .orElseThrow(() ->
                        Problem.badRequest(
                                "role",
                                "'" + Names.shown(code) + "' is not a role",
                                "One of viewer, operator, admin"));
    }
}
