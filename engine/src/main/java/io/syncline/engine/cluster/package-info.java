/// What is behind an endpoint: which node is the primary, which shards a cluster has. May touch:
/// bytes, resp, command, net, fault.
@NullMarked
package io.syncline.engine.cluster;

import org.jspecify.annotations.NullMarked;
