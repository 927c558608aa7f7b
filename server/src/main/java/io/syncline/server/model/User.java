package io.syncline.server.model;

import java.time.Instant;

/// Someone who can log in.
///
/// @param passwordHash Argon2id, never shown
public record User(
        String id, String account, String name, Role role, String passwordHash, Instant created) {
    @Override
    public String toString() {
        return name + " (" + role.code() + " of " + account + ")";
    }
}
