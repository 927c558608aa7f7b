package io.syncline.engine.net;

import java.time.Duration;

/// Hears of faults that are being retried. Called on the thread that retries; must not block.
public interface RetryListener {
    /// A try failed; another will follow.
    ///
    /// @param count failed tries so far
    /// @param elapsed since the fault
    void retrying(String place, int count, Duration elapsed, String reason);

    /// The node answers again.
    void recovered(String place, Duration away);
}
