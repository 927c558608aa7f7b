package io.syncline.server.report;

import io.syncline.engine.fault.Failure;
import io.syncline.engine.verify.Difference;
import io.syncline.engine.verify.Verification.Outcome;
import io.syncline.engine.verify.VerifyListener;
import io.syncline.engine.verify.VerifyOptions;
import io.syncline.server.view.VerifyState;
import java.time.Duration;

/// Says how a verification goes. Used by one thread.
///
/// Every method may throw [Output.Closed] when nobody listens any more.
public interface VerifyReporter {
    void started(VerifyOptions options);

    void differs(Difference difference);

    void warned(String place, String text, String remedy);

    void retrying(VerifyListener.Fault fault);

    /// It is back.
    ///
    /// @param side `source` or `target`
    void recovered(String side, String place, Duration away);

    void failed(Failure failure);

    void progressed(VerifyState state);

    /// Last of all.
    void ended(Outcome outcome, int exitCode, VerifyState last);

    /// How often [#progressed] is wanted.
    Duration interval();
}
