/// Compares both sides key by key, in both directions, while they are being written, and mends what
/// differs. A pure core (what two answers say of each other: `Values`, `Expiries`, `Glance`) in a
/// thin blocking shell (`Verification` owns the threads, `NodeLink` the sockets). Reads with
/// ordinary commands only, so any server will do. May touch: bytes, resp, command, rdb, fault, net,
/// cluster, and of target the throttle.
@NullMarked
package io.syncline.engine.verify;

import org.jspecify.annotations.NullMarked;
