/// Real servers, clusters, sentinels, faults, traffic and oracles for tests and measurements.
///
/// Knows nothing of Syncline and is never shipped. May touch the JDK, Jedis (the independent client
/// that is our oracle), JUnit's extension points and the server binaries of embedded-redis, nothing
/// else. A test starts with [io.syncline.testkit.Servers] (which versions are here),
/// [io.syncline.testkit.RedisServer] or [io.syncline.testkit.RedisCluster] (processes),
/// [io.syncline.testkit.SampleData] and [io.syncline.testkit.Workload] (what to put in),
/// [io.syncline.testkit.FaultProxy] (what goes wrong) and ends with
/// [io.syncline.testkit.KeyspaceDigest] (are both sides equal).
@NullMarked
package io.syncline.testkit;

import org.jspecify.annotations.NullMarked;
