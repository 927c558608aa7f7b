package io.syncline.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.link.Link;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.RunningTask;
import io.syncline.engine.precheck.Finding;
import io.syncline.server.report.JsonReporter;
import io.syncline.server.report.Output;
import io.syncline.server.settings.LinkOptionsReader;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/// A link that is watched, without servers: who hears of what, and when it ends.
class LinkRunTest {
    /// What a run waits at most for a link that does not stop.
    private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

    /// Runs until told to stop, and says so.
    private static final class Obedient implements RunningTask {
        private final CountDownLatch stopped = new CountDownLatch(1);

        @Override
        public List<Finding> precheck() {
            return List.of();
        }

        @Override
        public Link.Outcome run() {
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Link.Outcome.STOPPED;
        }

        @Override
        public void stop() {
            stopped.countDown();
        }

        @Override
        public LinkStatus status() {
            return new LinkStatus(List.of(), "");
        }
    }

    @Test
    void endsAsSoonAsTheLinkHasStoppedWhenNobodyReadsTheOutput() {
        Settings settings = new Settings();
        settings.offer(Setting.SOURCE, "redis://a");
        settings.offer(Setting.TARGET, "redis://b");
        LinkOptions options = LinkOptionsReader.read(settings, Map.of());
        OutputStream closed =
                new OutputStream() {
                    @Override
                    public void write(int value) throws IOException {
                        throw new IOException("Broken pipe");
                    }
                };
        JsonReporter reporter =
                new JsonReporter(
                        new Output(closed, StandardCharsets.UTF_8), "t", InstantSource.system());
        LinkRun run = new LinkRun(options, reporter, events -> new Obedient());

        long begun = System.nanoTime();
        ExitCode code = run.run();

        assertThat(code).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(STOP_LIMIT);
    }
}
