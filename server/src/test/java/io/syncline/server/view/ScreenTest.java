package io.syncline.server.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.server.view.Progress.Rates;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ScreenTest {
    private static final Look LOOK = new Look(80, 24, false, true);
    private static final Rates COPYING = new Rates(130_123, 12_687_360, 0, 0);
    private static final Rates RUNNING = new Rates(0, 0, 12_345, 1_234_567);
    private static final String HINT = "Ctrl-C stops cleanly; the same command goes on from there.";

    @Test
    void showsTheSnapshotWithBarKeysBytesRateAndTimeLeft() {
        Shard shard = Samples.snapshot(0, 50_646_220, 76_546_048, 120_000, 180_000);

        assertThat(screen(LOOK, Samples.progress(COPYING, shard)))
                .isEqualTo(
                        """
                        ◐ Copying the snapshot, 66 %, about 3 s left                          1 min 12 s
                          task orders
                          redis://10.0.0.1:6379 → redis://10.0.0.2:6379

                          ◐ snapshot   ━━━━━━━━━━━━━━━━━━━───────────  66 % · 120,000 of 180,000 keys
                                       48.3 MB of 73.0 MB · 12.1 MB/s · 130,000 keys/s · 3 s left
                          ○ streaming  follows the snapshot

                          Ctrl-C stops cleanly; the same command goes on from there.
                        """);
    }

    @Test
    void showsStreamingWithLagInTimeAndBytesRateAndPosition() {
        Shard shard = Samples.streaming(0, 33, 412);

        assertThat(screen(LOOK, Samples.progress(RUNNING, shard)))
                .isEqualTo(
                        """
                        ● Running, 0.4 s behind, 12,300 writes/s                              1 min 12 s
                          task orders
                          redis://10.0.0.1:6379 → redis://10.0.0.2:6379

                          ● snapshot   done · 180,000 keys · 73.0 MB
                          ● streaming  0.4 s behind · 33 B behind · 12,300 writes/s · 1.2 MB/s
                                       position 8371fa9b:1,234,567 · 1,200,345 writes · 33 B waiting

                          Ctrl-C stops cleanly; the same command goes on from there.
                        """);
    }

    @Test
    void saysThatAResumedShardNeededNoSnapshotAndCountsWhatWasRefused() {
        assertThat(screen(LOOK, Samples.progress(Rates.NONE, Samples.resumed(0))))
                .contains("○ snapshot   none needed, resumed where it stood")
                .contains("position 8371fa9b:900 · 7 writes · 2 refused");
    }

    @Test
    void showsAnOutageWithItsRemedyBelowTheShards() {
        LinkStatus status =
                new LinkStatus(
                        List.of(Samples.streaming(0, 90_000, -1)),
                        "target 10.0.0.2:6379 away for 12 s, attempt 4");
        Progress progress = new Progress(Duration.ofHours(3), status, List.of(RUNNING));
        Note note =
                new Note(
                        Tone.ATTENTION,
                        "target 10.0.0.2:6379 is away for 12 s, attempt 4, gives up after 12 h:"
                                + " connection refused",
                        "Nothing to do: it goes on by itself");

        assertThat(screen(LOOK, progress, note))
                .isEqualTo(
                        """
                        ▲ Retrying, target 10.0.0.2:6379 away for 12 s, attempt 4                    3 h
                          task orders
                          redis://10.0.0.1:6379 → redis://10.0.0.2:6379

                          ● snapshot   done · 180,000 keys · 73.0 MB
                          ● streaming  87.9 KB behind · 12,300 writes/s · 1.2 MB/s
                                       position 8371fa9b:1,234,567 · 1,200,345 writes · 33 B waiting

                        ▲ attention target 10.0.0.2:6379 is away for 12 s, attempt 4, gives up after 12
                          h: connection refused
                          → Nothing to do: it goes on by itself

                          Ctrl-C stops cleanly; the same command goes on from there.
                        """);
    }

    @Test
    void givesEachOfManyShardsALineAndNeverExceedsTheHeight() {
        Look low = new Look(80, 14, false, true);
        Shard[] shards =
                IntStream.range(0, 12)
                        .mapToObj(i -> Samples.streaming(i, 0, 12))
                        .toArray(Shard[]::new);

        assertThat(screen(low, Samples.progress(RUNNING, shards)))
                .isEqualTo(
                        """
                        ● Running, 12 ms behind, 148,000 writes/s                             1 min 12 s
                          task orders
                          redis://10.0.0.1:6379 → redis://10.0.0.2:6379

                          ●   0  10.0.0.1:6379              streaming  12 ms behind · 12,300 writes/s
                          ●   1  10.0.0.1:6380              streaming  12 ms behind · 12,300 writes/s
                          ●   2  10.0.0.1:6381              streaming  12 ms behind · 12,300 writes/s
                          ●   3  10.0.0.1:6382              streaming  12 ms behind · 12,300 writes/s
                          ●   4  10.0.0.1:6383              streaming  12 ms behind · 12,300 writes/s
                          ●   5  10.0.0.1:6384              streaming  12 ms behind · 12,300 writes/s
                          … and 6 more shards

                          Ctrl-C stops cleanly; the same command goes on from there.
                        """);
    }

    @Test
    void isAsciiAndWithoutEscapesWhereTheTerminalHasNeither() {
        Look poor = new Look(60, 24, false, false);
        Shard shard = Samples.snapshot(0, 50_646_220, 76_546_048, 120_000, 180_000);

        assertThat(screen(poor, Samples.progress(COPYING, shard)))
                .isEqualTo(
                        """
                        ~ Copying the snapshot, 66 %, about 3 s left      1 min 12 s
                          task orders
                          redis://10.0.0.1:6379 -> redis://10.0.0.2:6379

                          ~ snapshot   66 %, 120,000 of 180,000 keys
                                       48.3 MB of 73.0 MB, 12.1 MB/s, 130,000 keys/>
                          - streaming  follows the snapshot

                          Ctrl-C stops cleanly; the same command goes on from there.
                        """);
    }

    @Test
    void noLineIsWiderOrLongerThanAnyTerminal() {
        Progress progress =
                Samples.progress(RUNNING, Samples.streaming(0, 1, 1), Samples.starting(1));
        for (int width = 1; width < 130; width++) {
            for (int height = 1; height < 30; height++) {
                Look look = new Look(width, height, false, true);
                List<Line> lines =
                        new Screen("t", "a", "b", look)
                                .lines(Headline.of(progress), progress, List.of(), HINT);

                assertThat(lines).hasSizeLessThan(look.height());
                assertThat(lines).allMatch(line -> line.text(look).length() <= look.width());
            }
        }
    }

    @Test
    void namesTheStateWhenNothingIsKnownYet() {
        Progress progress =
                new Progress(Duration.ZERO, new LinkStatus(List.of(), ""), Collections.emptyList());

        assertThat(Headline.of(progress).text()).isEqualTo("Starting, connecting to both sides");
    }

    private static String screen(Look look, Progress progress, Note... notes) {
        return new Screen("task orders", "redis://10.0.0.1:6379", "redis://10.0.0.2:6379", look)
                .lines(Headline.of(progress), progress, List.of(notes), HINT).stream()
                        .map(line -> line.text(look) + "\n")
                        .collect(Collectors.joining());
    }
}
