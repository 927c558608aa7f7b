package io.syncline.server.model;

/// A task's numbers over one span of time, for charts.
///
/// @param epochSecond begin of the span
/// @param lagMillis largest; -1 when not known
/// @param writesPerSecond mean
/// @param bytesPerSecond mean
public record Sample(long epochSecond, long lagMillis, long writesPerSecond, long bytesPerSecond) {}
