/// Tasks: creation, prechecks, actions, and the links that run in this process. May touch: `model`,
/// `lifecycle`, `store`, `settings`, `instance`, the engine.
@NullMarked
package io.syncline.server.task;

import org.jspecify.annotations.NullMarked;
