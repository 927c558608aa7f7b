/// Reading a source that does not let itself be replicated: its keys by SCAN and DUMP, its changes
/// by keyspace notifications or by comparing. May touch: bytes, resp, command, rdb, fault, net,
/// cluster, source.
@NullMarked
package io.syncline.engine.scan;

import org.jspecify.annotations.NullMarked;
