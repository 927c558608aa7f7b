package io.syncline.engine.verify;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.RetryListener;
import java.io.IOException;

/// Hears what a verification finds. Called from its threads, one at a time; a listener that takes
/// long holds it up.
public interface VerifyListener extends RetryListener {
    /// A key differs, and what was done about it. Each key once, in the order of the scans.
    void differs(Difference difference);

    /// Something the user should know.
    void warned(String place, String text, String remedy);

    /// Why the run ends without a verdict.
    void failed(Failure failure);

    /// How much of the result is safely written: kept in the state file. Asked between two
    /// differences.
    long written() throws IOException;

    /// A run goes on from a state file: what was written behind this place is told again.
    void rewind(long written) throws IOException;
}
