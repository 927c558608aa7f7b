package io.syncline.engine.verify;

import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.verify.VerifyOptions.Mode;

/// What a worker compares with: its connections to both sides, and the rules. For one thread.
record Sides(SideLinks source, SideLinks target, Expiries expiries, Mode mode, Pace pace)
        implements AutoCloseable {
    /// Whether both sides can be asked when a hash's field expires.
    boolean knowFieldExpiry() {
        return source.facts().fieldExpiry() && target.facts().fieldExpiry();
    }

    /// The longest value that is kept whole from now on, at both sides alike: a whole value and a
    /// digest cannot be compared.
    void hold(int bytes) {
        source.hold(bytes);
        target.hold(bytes);
    }

    /// Whether an answer says that the key's slot is elsewhere; both maps are then asked for anew.
    boolean isElsewhere(Answer answer) {
        boolean elsewhere =
                answer instanceof Answer.Failed failed
                        && failed.kind().remedy() == ErrorKind.Remedy.REDIRECT;
        if (elsewhere) {
            source.side().forget();
            target.side().forget();
        }
        return elsewhere;
    }

    @Override
    public void close() {
        source.close();
        target.close();
    }
}
