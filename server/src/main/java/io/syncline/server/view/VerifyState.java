package io.syncline.server.view;

import io.syncline.engine.verify.VerifyProgress;
import java.time.Duration;

/// How far a verification is, and how fast it goes.
///
/// @param elapsed since its start
/// @param progress the counters
/// @param keysPerSecond looked at at either side, over the last few seconds
/// @param bytesPerSecond read from both sides
public record VerifyState(
        Duration elapsed, VerifyProgress progress, double keysPerSecond, double bytesPerSecond) {}
