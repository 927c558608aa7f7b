package io.syncline.server.model;

import java.time.Instant;

/// A tenant: owns users, instances and tasks.
///
/// @param root whether its admins may make other accounts
public record Account(String id, String name, boolean root, Instant created) {}
