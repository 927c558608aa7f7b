package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.command.Merger;
import io.syncline.engine.resp.RespWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Answers to batches of a cluster, cut at every byte: the same is understood.
class ClusterAnswersTest {
    /// Hears what a lane's owner would.
    private static final class Ears implements LaneListener {
        final List<String> heard = new ArrayList<>();

        @Override
        public void applied(Batch batch) {}

        @Override
        public void released(Batch batch) {}

        @Override
        public void refused(Batch batch, int command, String error) {
            heard.add("refused " + command + " " + error);
        }

        @Override
        public boolean livesWith(LaneFault fault) {
            return true;
        }

        @Override
        public void discarded(Batch batch, int unit, LaneFault why) {
            heard.add("discarded " + unit + " at " + why.command() + " " + why.kind());
        }

        @Override
        public void wake() {}
    }

    private static Batch batch(int commands, boolean wrapped) {
        Batch batch = new Batch(Merger.Rules.NONE);
        for (int i = 0; i < commands; i++) {
            batch.beginCommand();
            RespWriter.command(batch.wire, "INCR", "key" + i);
            batch.endCommand(i + 1, 0, true, false);
        }
        batch.unit(commands, wrapped ? 0 : Batch.PLAIN);
        return batch;
    }

    /// What is understood of a reply that arrives in two pieces, whatever they are, and that behind
    /// it the next batch's answer is found.
    private static String understood(int commands, boolean wrapped, String reply)
            throws IOException {
        String whole = null;
        byte[] bytes = (reply + "+OK\r\n").getBytes(US_ASCII);
        for (int cut = 0; cut < reply.length(); cut++) {
            Ears ears = new Ears();
            Answers answers = new Answers(ears, () -> {});
            Batch batch = batch(commands, wrapped);
            if (cut > 0) {
                assertThat(answers.fill(new ByteArrayInputStream(bytes, 0, cut))).isTrue();
                assertThat(answers.read(batch)).isEqualTo(Answers.Outcome.PARTIAL);
            }
            answers.fill(new ByteArrayInputStream(bytes, cut, bytes.length - cut));
            Answers.Outcome outcome = answers.read(batch);
            if (outcome != Answers.Outcome.FAILED) {
                assertThat(answers.read(batch(1, false))).isEqualTo(Answers.Outcome.WHOLE);
                assertThat(answers.isEmpty()).isTrue();
            } else {
                LaneFault why = answers.fault();
                ears.heard.add(why == null ? "no reason" : why.kind() + " " + why.text());
            }
            String all = outcome + " " + ears.heard;
            assertThat(whole == null ? all : whole).as("cut at %s", cut).isEqualTo(all);
            whole = all;
        }
        return String.valueOf(whole);
    }

    private static final String QUEUED = "+OK\r\n+QUEUED\r\n+QUEUED\r\n";

    @Test
    void aTransactionThatRanIsWhole() throws IOException {
        assertThat(understood(2, true, QUEUED + "*2\r\n:1\r\n+OK\r\n")).isEqualTo("WHOLE []");
        assertThat(understood(2, true, QUEUED + "*2\r\n*2\r\n$1\r\na\r\n$-1\r\n+OK\r\n"))
                .isEqualTo("WHOLE []");
    }

    @Test
    void anErrorInsideIsOneCommandsRefusal() throws IOException {
        assertThat(understood(2, true, QUEUED + "*2\r\n-WRONGTYPE no\r\n+OK\r\n"))
                .isEqualTo("WHOLE [refused 0 WRONGTYPE no]");
    }

    @Test
    void aCommandThatCannotBeQueuedDiscardsAllAndIsNamed() throws IOException {
        assertThat(understood(2, true, "+OK\r\n+QUEUED\r\n-NOPERM no\r\n-EXECABORT discarded\r\n"))
                .isEqualTo("WHOLE [discarded 0 at 1 REFUSED]");
        assertThat(understood(2, true, "+OK\r\n-OOM full\r\n-OOM full\r\n-EXECABORT discarded\r\n"))
                .isEqualTo("WHOLE [discarded 0 at 0 NOT_NOW]");
        assertThat(
                        understood(
                                2,
                                true,
                                "+OK\r\n-ASK 1 127.0.0.1:1\r\n+QUEUED\r\n-EXECABORT discarded\r\n"))
                .isEqualTo("WHOLE [discarded 0 at 0 MOVED]");
    }

    @Test
    void anExecThatIsRedirectedDiscardsAll() throws IOException {
        assertThat(understood(2, true, QUEUED + "-MOVED 1 127.0.0.1:1\r\n"))
                .isEqualTo("WHOLE [discarded 0 at -1 MOVED]");
    }

    @Test
    void anExecThatIsNilStopsTheLane() throws IOException {
        assertThat(understood(2, true, QUEUED + "*-1\r\n")).startsWith("FAILED").contains("CHAIN");
    }

    @Test
    void aLoneCommandIsDiscardedWhenItFails() throws IOException {
        assertThat(understood(1, false, "+OK\r\n")).isEqualTo("WHOLE []");
        assertThat(understood(1, false, "-OOM full\r\n"))
                .isEqualTo("WHOLE [discarded 0 at 0 NOT_NOW]");
    }

    @Test
    void ofSeveralPlainCommandsEachFailsByItself() throws IOException {
        assertThat(understood(3, false, "+OK\r\n-OOM full\r\n:1\r\n"))
                .isEqualTo("WHOLE [refused 1 OOM full]");
        assertThat(understood(3, false, "-MOVED 1 127.0.0.1:1\r\n+OK\r\n-ERR bad\r\n"))
                .isEqualTo("WHOLE [refused 0 MOVED 1 127.0.0.1:1, refused 2 ERR bad]");
    }
}
