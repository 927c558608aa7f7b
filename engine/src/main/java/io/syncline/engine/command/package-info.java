/// What commands mean to replication: the table of commands, where keys stand, slots, filters,
/// rewrites for other versions, and merging. Commands are data here, never classes. May touch:
/// bytes, resp.
@NullMarked
package io.syncline.engine.command;

import org.jspecify.annotations.NullMarked;
