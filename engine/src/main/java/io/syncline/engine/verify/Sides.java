package io.syncline.engine.verify;

import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.verify.VerifyOptions.Mode;
import java.io.IOException;

/// What a worker compares with: its connections to both sides, and the rules. For one thread.
record Sides(SideLinks source, SideLinks target, Expiries expiries, Mode mode, Pace pace)
        implements AutoCloseable {
    /// Whether both sides can be asked when a hash's field expires.
    boolean knowFieldExpiry() {
        return source.facts().fieldExpiry() && target.facts().fieldExpiry();
    }

    /// The command that shows a small value whole, see [ValueType#glance]; the same for both sides.
    byte[][] glance(ValueType type, byte[] key) {
        return type.glance(key, hashesAtOnce());
    }

    /// Whether a glance at a hash is told at once, and not as a scan is.
    boolean hashesAtOnce() {
        return source.facts().hashesAtOnce() && target.facts().hashesAtOnce();
    }

    /// The longest value that is kept whole from now on, at both sides alike: a whole value and a
    /// digest cannot be compared.
    void hold(int bytes) {
        source.hold(bytes);
        target.hold(bytes);
    }

    /// The next answer: a value, or an error that tells of the key and not of the server. One that
    /// says "elsewhere" is an error of the key, too, and both maps are asked for anew.
    Answer answer(NodeLink link) throws IOException {
        Answer answer = link.raw();
        if (answer instanceof Answer.Failed failed) {
            if (failed.kind().remedy() != ErrorKind.Remedy.REDIRECT) {
                link.require(failed);
            } else if (failed.kind() != ErrorKind.ASK) {
                source.side().forget();
                target.side().forget();
            }
        }
        return answer;
    }

    @Override
    public void close() {
        source.close();
        target.close();
    }
}
