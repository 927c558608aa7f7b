package io.syncline.server.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A program's key to the REST interface. The token itself is shown once and kept by nobody.
///
/// @param user whose rights it carries
/// @param expires null for never
public record ApiToken(
        String id,
        String user,
        String name,
        Instant created,
        @Nullable Instant expires,
        @Nullable Instant used) {}
