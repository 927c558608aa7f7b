package io.syncline.server.model;

import java.time.Instant;

/// Who did what, when, to what.
///
/// @param action `task.start`, `user.create`, ...
/// @param subject id of the thing
/// @param detail in words; never a secret
public record AuditEntry(
        long id,
        String account,
        Instant at,
        String actor,
        String action,
        String subject,
        String detail) {}
