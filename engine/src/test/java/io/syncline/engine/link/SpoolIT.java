package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Fault;
import io.syncline.testkit.FaultProxy;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A source that goes on while the target stands still: what waits, waits within the limits, and
/// arrives.
class SpoolIT {
    private static final long MIB = 1 << 20;

    @TempDir private Path folder;

    @AutoClose
    private final RedisServer source =
            RedisServer.builder().config("repl-backlog-size 64mb").start();

    @AutoClose private final RedisServer target = RedisServer.start();

    private long files() throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile).count();
        }
    }

    private void fill(int megabytes) {
        byte[] value = new byte[(int) MIB / 4];
        for (int i = 0; i < megabytes * 4; i++) {
            value[i]++;
            source.command("SET", "value:" + i % 40, value);
        }
    }

    @Test
    void aTargetThatStandsStillIsBridgedByMemoryAndDiskAndNothingIsDropped() throws IOException {
        try (RunningLink link =
                Sync.of(source, target)
                        .spool(2 * MIB, 200 * MIB, folder)
                        .start()
                        .awaitStreaming()) {
            target.pause();
            fill(60);
            long sent = Long.parseLong(source.info("master_repl_offset"));
            link.await("40 MiB on disk", () -> link.shard().spoolDiskBytes() > 40 * MIB);
            assertThat(link.shard().spoolMemoryBytes()).isLessThan(12 * MIB);
            assertThat(link.shard().appliedOffset()).isLessThan(sent);
            assertThat(source.info("connected_slaves")).isEqualTo("1");
            target.resume();
            link.awaitCaughtUp(source);
            assertThat(link.shard().spoolDiskBytes()).isZero();
            new KeyspaceDigest().requireEqual(source, target);
            assertThat(link.shard().snapshots()).isEqualTo(1);
        }
        assertThat(files()).isZero();
    }

    @Test
    void aFullSpoolHoldsTheSourceBackAndThenGoesOn() throws IOException {
        source.command("CONFIG", "SET", "client-output-buffer-limit", "replica 0 0 0");
        try (RunningLink link =
                Sync.of(source, target).spool(2 * MIB, 8 * MIB, folder).start().awaitStreaming()) {
            target.pause();
            fill(60);
            link.await("a full disk", () -> link.shard().spoolDiskBytes() > 7 * MIB);
            assertThat(link.shard().spoolDiskBytes()).isLessThanOrEqualTo(8 * MIB);
            target.resume();
            link.awaitCaughtUp(source);
            new KeyspaceDigest().requireEqual(source, target);
            assertThat(link.shard().snapshots()).isEqualTo(1);
            assertThat(link.events(LinkEvent.Retrying.class)).isEmpty();
        }
        assertThat(files()).isZero();
    }

    @Test
    void aSourceThatGivesUpOnAFullSpoolIsContinuedFromItsBacklog() throws IOException {
        source.command("CONFIG", "SET", "client-output-buffer-limit", "replica 4mb 0 0");
        try (RunningLink link =
                        Sync.of(source, target)
                                .spool(2 * MIB, 2 * MIB, folder)
                                .start()
                                .awaitStreaming();
                Workload workload = Workload.on(source).connections(1).start()) {
            target.pause();
            fill(40);
            target.resume();
            workload.awaitMore(500, RunningLink.LIMIT);
            workload.stop();
            link.awaitCaughtUp(source);
            assertThat(workload.miscounts(target)).isEmpty();
            new KeyspaceDigest().requireEqual(source, target);
        }
        assertThat(files()).isZero();
    }

    @Test
    void aStopWithAFullSpoolLeavesNothingBehindAndTheNextStartGoesOn() throws IOException {
        try (FaultProxy proxy = FaultProxy.before(target)) {
            Sync sync = Sync.of(source, proxy).spool(2 * MIB, 8 * MIB, folder);
            try (RunningLink link = sync.start().awaitStreaming()) {
                proxy.refuse(true);
                proxy.breakConnections(new Fault.Reset());
                fill(30);
                link.await("a full disk", () -> link.shard().spoolDiskBytes() > 7 * MIB);
                assertThat(link.stop()).isEqualTo(Link.Outcome.STOPPED);
                assertThat(files()).isZero();
            }
            proxy.heal();
            try (RunningLink link = sync.start().awaitStreaming()) {
                link.awaitCaughtUp(source);
                new KeyspaceDigest().requireEqual(source, target);
                assertThat(link.shard().snapshots()).isZero();
            }
        }
    }
}
