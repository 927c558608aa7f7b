/// What the service keeps, as values: accounts, users, instances, tasks, grants. May touch: the
/// JDK, `lifecycle`, the engine's endpoint records.
@NullMarked
package io.syncline.server.model;

import org.jspecify.annotations.NullMarked;
