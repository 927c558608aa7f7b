package io.syncline.testkit;

/// What a [Workload] writes.
public enum WorkloadProfile {
    /// INCR, APPEND, LPUSH, RPUSH, alone and in MULTI, in several databases: everything can be
    /// counted, so that one lost or doubled command is seen.
    COUNTING,
    /// Half of it COUNTING, half of it every kind of write to every type: floats, sets, hashes,
    /// sorted sets, streams, pops, expiries, deletions, renames, scripts.
    MIXED
}
