package io.syncline.server.model;

/// Who asks: a user, by session or token, or the service itself.
///
/// @param user id; empty for the service
/// @param name for the audit log
/// @param account whose things are seen
/// @param root whether the account is the first one
public record Actor(String user, String name, String account, Role role, boolean root) {
    /// Acts by itself: timers, restarts.
    public static Actor system(String account) {
        return new Actor("", "syncline", account, Role.ADMIN, false);
    }

    /// Refuses what the role does not allow.
    public void require(Role needed, String what) {
        if (!role.includes(needed)) {
            throw new Problem(
                    Problem.Code.FORBIDDEN,
                    "role",
                    (role == Role.VIEWER ? "a " : "an ") + role.code() + " may not " + what,
                    "Ask an admin of the account for the role " + needed.code());
        }
    }
}
