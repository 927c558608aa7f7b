package io.syncline.engine.verify;

import io.syncline.engine.fault.Failure;
import java.io.IOException;
import java.time.Duration;

/// Hears what a verification finds. Called from its threads, one at a time; a listener that takes
/// long holds it up.
public interface VerifyListener {
    /// A key differs, and what was done about it. Each key once, in the order of the scans.
    void differs(Difference difference);

    /// Something the user should know.
    void warned(String place, String text, String remedy);

    /// A side is away; another try will follow.
    void retrying(Fault fault);

    /// It answers again.
    ///
    /// @param side `source` or `target`
    void recovered(String side, String place, Duration away);

    /// One failed try of several.
    ///
    /// @param side `source` or `target`
    /// @param place the node
    /// @param count failed tries so far
    /// @param elapsed since the first of them
    /// @param limit how long it is tried
    record Fault(
            String side,
            String place,
            int count,
            Duration elapsed,
            Duration limit,
            String reason) {}

    /// Why the run ends without a verdict.
    void failed(Failure failure);

    /// How much of the result is safely written: kept in the state file. Asked between two
    /// differences.
    long written() throws IOException;

    /// A run goes on from a state file: what was written behind this place is told again.
    void rewind(long written) throws IOException;
}
