package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import org.junit.jupiter.api.Test;

/// A snapshot that has to be copied again.
class RepeatedSnapshotIT {
    /// What was copied so far is gone, but no position ever stood: that is no gap.
    @Test
    void aTargetThatLosesItsDataInASnapshotIsFilledAgainEvenByATaskThatStopsAtAGap() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            source.command("DEBUG", "POPULATE", 60_000, "key", 400);
            try (RunningLink link = Sync.of(source, target).stopAtGap().shortLimits().start()) {
                link.await("some keys", () -> link.shard().snapshotKeys() > 2_000);
                target.kill();
                target.restart();
                link.awaitStreaming();
                link.awaitCaughtUp(source);
                new KeyspaceDigest().requireEqual(source, target);
                assertThat(link.shard().snapshots()).as("%s", link).isGreaterThan(1);
            }
        }
    }

    /// Keys that were there before the task, and are not the source's, stay for ever.
    @Test
    void anotherSnapshotRemovesWhatTheSourceLostAndLeavesAloneWhatWasNotOurs() {
        try (RedisServer source = RedisServer.builder().config("repl-backlog-size 16kb").start();
                RedisServer ours = RedisServer.start();
                RedisServer shared = RedisServer.start()) {
            shared.command("SET", "foreign", "x");
            for (RedisServer target : new RedisServer[] {ours, shared}) {
                source.command("SET", "gone", "1");
                source.command("SET", "live", "1");
                Sync sync = Sync.of(source, target).task("to" + target.port()).overwrite();
                try (RunningLink link = sync.start().awaitStreaming()) {
                    link.awaitCaughtUp(source);
                    link.stop();
                }
                source.command("DEL", "gone");
                for (int i = 0; i < 100; i++) {
                    source.command("SET", "live", "v".repeat(1_000));
                }
                try (RunningLink link = sync.start().awaitStreaming()) {
                    link.awaitCaughtUp(source);
                    assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
                    assertThat(link.events(LinkEvent.Warned.class))
                            .extracting(LinkEvent.Warned::text)
                            .anyMatch(text -> text.contains("everything is copied again"));
                }
            }
            new KeyspaceDigest().requireEqual(source, ours);
            assertThat(shared.text("GET", "foreign")).isEqualTo("x");
        }
    }
}
