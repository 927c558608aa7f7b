package io.syncline.engine.twoway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A stream that finds no room is not read because of the other link: that link waits.
class PairRoomTest {
    private static final int LIMIT = 20_000;

    private Pair pair = startedWith(0);
    private long offset;

    /// @param backlog bytes that stand in the source's stream at the start
    private static Pair startedWith(long backlog) {
        return new Pair(
                new Start(1, side(backlog), side(0)),
                new PairOptions(PairSimTest.NEVER, true, 4, 1 << 20, true, LIMIT),
                resolution -> {});
    }

    private static Start.Side side(long fence) {
        return new Start.Side(null, StreamPlace.BEGINNING, fence);
    }

    private StreamUnit write() {
        offset += 50;
        KeyId key = new KeyId(0, ("k" + offset).getBytes(US_ASCII));
        List<PairCommand> commands = List.of(PairCommand.delete(key));
        return new StreamUnit(StreamUnit.Kind.LOCAL, offset, 0, 0, commands, null, 50);
    }

    /// One transaction to the target is sent and answered; its echo is not read.
    private void sendToTarget() {
        boolean sent = false;
        while (!sent) {
            pair.step(Site.TARGET, 4);
            for (Request next = pair.nextRequest(Site.TARGET);
                    next != null;
                    next = pair.nextRequest(Site.TARGET)) {
                if (next instanceof Request.AskOffset) {
                    pair.fenced(Site.TARGET, 0);
                } else if (next instanceof Request.Transaction) {
                    pair.executed(Site.TARGET, true, Set.of());
                    sent = true;
                }
            }
        }
    }

    /// @return the first that finds no room
    private StreamUnit readFromSource() {
        StreamUnit next = write();
        while (pair.mayRead(Site.SOURCE, next)) {
            pair.read(Site.SOURCE, next);
            next = write();
        }
        return next;
    }

    @Test
    void aRestartReadsNoMoreOfALongBacklogThanThereIsRoomFor() {
        long backlog = 1L << 20;
        pair = startedWith(backlog);
        StreamUnit next = readFromSource();
        assertThat(next.offset()).as("read, of " + backlog).isLessThan(LIMIT);
        assertThat(pair.isReady()).isFalse();

        pair.read(Site.TARGET, write());
        assertThat(pair.step(Site.SOURCE, 4))
                .as("a write to the source, whose own may cross it unread")
                .isFalse();
        sendToTarget();
        assertThat(pair.mayRead(Site.SOURCE, next)).as("what was sent made room").isTrue();
    }

    @Test
    void aLinkWaitsWhileItsEchoWouldStandBehindWhatFindsNoRoom() {
        pair.read(Site.TARGET, write());
        StreamUnit next = readFromSource();
        sendToTarget();
        assertThat(pair.mayRead(Site.SOURCE, next)).as("there is a little room now").isTrue();
        assertThat(pair.step(Site.SOURCE, 4)).as("the target's write waits").isFalse();

        for (int i = 0; i < 7; i++) {
            sendToTarget();
        }
        assertThat(pair.step(Site.SOURCE, 4)).as("it goes when the queue is short").isTrue();
    }
}
