/// Files of servers as sources: RDB, append-only files and their manifests, looked through before
/// the start and then handed on as the bytes that a primary would send. May touch: bytes, resp,
/// command, rdb, fault, net, cluster, source.
@NullMarked
package io.syncline.engine.file;

import org.jspecify.annotations.NullMarked;
