package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.net.Credentials;
import io.syncline.testkit.KeyspaceDigest;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.Seeds;
import io.syncline.testkit.Workload;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A side that does not let the task in any more, for a while: a password that is changed at one
/// side first, rights that are taken away and given back.
class AccessLostIT {
    private static final Duration LIMIT = RunningLink.LIMIT;
    private static final Credentials ACCOUNT = new Credentials("syncline", "secret");

    @ParameterizedTest
    @CsvSource({
        "source, <secret, >secret, WRONGPASS",
        "target, <secret, >secret, WRONGPASS",
        "source, -psync, +psync, NOPERM",
        "source, -replconf, +replconf, NOPERM"
    })
    void aSideThatRefusesTheAccountForAWhileIsWaitedFor(
            String side, String taken, String given, String words) {
        long seed = Seeds.one(AccessLostIT.class);
        try (RedisServer source = RedisServer.builder().config("repl-backlog-size 64mb").start();
                RedisServer target = RedisServer.start();
                Workload workload =
                        Workload.on(source)
                                .connections(2)
                                .stepsPerSecond(4_000)
                                .seed(seed)
                                .start()) {
            for (RedisServer server : new RedisServer[] {source, target}) {
                change(server, "reset", "on", ">secret", "~*", "&*", "+@all");
            }
            try (RunningLink link =
                    Sync.of(source, target).as(ACCOUNT, ACCOUNT).start().awaitStreaming()) {
                workload.awaitMore(500, LIMIT);
                RedisServer changed = side.equals("source") ? source : target;
                change(changed, taken);
                changed.command("CLIENT", "KILL", "USER", ACCOUNT.user());
                link.await(
                        words,
                        () ->
                                link.events(LinkEvent.Retrying.class).stream()
                                        .anyMatch(retry -> retry.reason().contains(words)));
                change(changed, given);
                workload.awaitMore(500, LIMIT);
                workload.stop();
                link.awaitCaughtUp(source);
                assertThat(workload.miscounts(target)).as("%s", link).isEmpty();
                new KeyspaceDigest().requireEqual(source, target);
                assertThat(link.shard().snapshots()).as("%s", link).isEqualTo(1);
            }
        }
    }

    private static void change(RedisServer server, String... rules) {
        Object[] words = new Object[rules.length + 3];
        words[0] = "ACL";
        words[1] = "SETUSER";
        words[2] = ACCOUNT.user();
        System.arraycopy(rules, 0, words, 3, rules.length);
        server.command(words);
    }
}
