package io.syncline.engine.precheck;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.rdb.TargetFormat;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What cannot be provoked on one machine, and the arithmetic.
class JudgingTest {
    private static final HostPort PLACE = new HostPort("10.0.0.1", 6379);
    private static final Plan PLAN = new Plan(new TreeMap<>(), false, false, "", null, 0);

    private final List<Finding> findings = new ArrayList<>();
    private final Verdict verdict = new Verdict("check", findings);

    @Test
    void aSourceBefore28IsAnErrorAndOneWithoutAVersionAWarning() {
        SourceNode.version(node(Map.of("redis_version", "2.6.17")), PLAN, verdict);
        SourceNode.version(node(Map.of()), PLAN, verdict);
        SourceNode.version(node(Map.of("redis_version", "2.8.0")), PLAN, verdict);

        assertSentences(
                "ERROR Redis 2.6.17 has no PSYNC; 2.8 is the first version that has | Upgrade the"
                        + " source to Redis 2.8 or later",
                "WARNING the server does not say its version, as a proxy may do | Name the server"
                        + " itself",
                "OK Redis 2.8.0 can be read from");
    }

    @Test
    void aSourceThatUsesMoreThanHalfOfItsMachineIsAWarning() {
        long gigabyte = 1L << 30;
        SourceLimits.fork(memory(17 * gigabyte, 32 * gigabyte), PLAN, verdict);
        SourceLimits.fork(memory(16 * gigabyte, 32 * gigabyte), PLAN, verdict);

        assertSentences(
                "WARNING the source uses 17 GB of 32 GB: the fork for the snapshot may run out of"
                        + " memory while many keys are written | Take the snapshot at a quiet hour, or"
                        + " name a replica as the source",
                "OK the source uses 16 GB of 32 GB, so a fork for the snapshot has room");
    }

    @Test
    void aBacklogIsJudgedBySizeAndByWhatItBridges() {
        SourceLimits.backlog(backlog("67108864", "2048.50"), PLAN, verdict);
        SourceLimits.backlog(backlog("16777216", "0.40"), PLAN, verdict);
        SourceLimits.backlog(backlog("67108864", "1000"), PLAN, verdict);

        assertSentences(
                "WARNING repl-backlog-size is 64 MB, which bridges 32 s at the present 2 MB/s; a link"
                        + " that is away for longer needs a new snapshot | CONFIG SET"
                        + " repl-backlog-size 256mb at the source, or what an outage of ten minutes"
                        + " writes",
                "OK repl-backlog-size is 16 MB",
                "OK repl-backlog-size is 64 MB, which bridges 65 s at the present 1000 KB/s");
    }

    @Test
    void aTargetClockAheadExpiresKeysSoonerAndOneBehindLater() {
        Node node = node(Map.of());
        Clocks.judge(new Clocks.Offset(0, 1), new Clocks.Offset(2_500, 1), node, verdict);
        Clocks.judge(new Clocks.Offset(90_000, 1), new Clocks.Offset(0, 1), node, verdict);
        Clocks.judge(new Clocks.Offset(0, 300), new Clocks.Offset(1_500, 300), node, verdict);
        Clocks.judge(new Clocks.Offset(5_000, 1), new Clocks.Offset(5_100, 1), node, verdict);

        assertSentences(
                "WARNING the target's clock is 2500 ms ahead of the source's, so keys expire there"
                        + " that much sooner | Set both clocks by NTP, or choose --extend-expiry 3",
                "WARNING the target's clock is 90 s behind the source's, so keys expire there that"
                        + " much later | Set both clocks by NTP",
                "OK the clocks of source and target agree to within a second",
                "OK the clocks of source and target agree to within a second; the clock here differs"
                        + " from the source's by 5000 ms, which is taken into account");
    }

    @Test
    void aSpoolWithoutRoomIsAWarning() {
        Spool.judge(Path.of("/spool"), 5L << 30, 10L << 30, 3, verdict);
        Spool.judge(Path.of("/spool"), 30L << 30, 10L << 30, 3, verdict);

        assertSentences(
                "WARNING 5120 MB are free, and up to 30 GB may be taken | Make room, name another"
                        + " folder with --spool-dir, or lower --spool-disk",
                "OK 30 GB are free, and up to 30 GB may be taken");
    }

    @Test
    void aTenthOfWhatComesIsLeftFree() {
        assertThat(TargetMemory.isTooLittle(0, 100, 110)).isFalse();
        assertThat(TargetMemory.isTooLittle(0, 100, 109)).isTrue();
        assertThat(TargetMemory.isTooLittle(50, 0, 49)).isTrue();
    }

    @Test
    void bufferLimitsAreReadByBothNamesAndBridgeWhatTheTighterOneAllows() {
        BufferLimit limit =
                BufferLimit.parse(
                        "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60");

        BufferLimit same = new BufferLimit(256L << 20, 64L << 20, 60);
        assertThat(limit).isEqualTo(same);
        assertThat(BufferLimit.parse("replica 1 2 3")).isEqualTo(new BufferLimit(1, 2, 3));
        assertThat(BufferLimit.parse("normal 0 0 0")).isNull();
        assertThat(same.bridgedSeconds(1L << 20)).isEqualTo(124);
        assertThat(same.bridgedSeconds(16L << 20)).isEqualTo(16);
        assertThat(new BufferLimit(0, 0, 0).bridgedSeconds(1)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theLastRuleThatFitsDecides() {
        Set<String> psync = Set.of("admin", "slow", "dangerous");

        assertThat(rules("+@all", "*").allows("PSYNC", psync)).isTrue();
        assertThat(rules("+@all -@dangerous", "*").allows("PSYNC", psync)).isFalse();
        assertThat(rules("-@all +psync +replconf", "*").allows("PSYNC", psync)).isTrue();
        assertThat(rules("+@all -@dangerous +psync", "*").allows("PSYNC", psync)).isTrue();
        assertThat(rules("-@all", "*").allows("PSYNC", psync)).isFalse();
        assertThat(rules("", "*").allows("PSYNC", psync)).isFalse();
    }

    @Test
    void keyPatternsAreGlobs() {
        assertThat(rules("+@all", "*").allowsKey("any\nkey")).isTrue();
        assertThat(rules("+@all", "app:*").allowsKey("app:1")).isTrue();
        assertThat(rules("+@all", "app:*").allowsKey("other")).isFalse();
        assertThat(rules("+@all", "a?[bc].").allowsKey("axb.")).isTrue();
        assertThat(rules("+@all", "a?[bc].").allowsKey("axbz")).isFalse();
        assertThat(rules("+@all", "a\\*").allowsKey("ab")).isFalse();
    }

    @Test
    void whatOlderAndOtherTargetsLose() {
        TargetFormat redis70 = TargetFormat.of(false, 7, 0);
        TargetFormat redis86 = TargetFormat.of(false, 8, 6);
        TargetFormat redis88 = TargetFormat.of(false, 8, 8);
        TargetFormat valkey8 = TargetFormat.of(true, 8, 0);
        TargetFormat valkey9 = TargetFormat.of(true, 9, 0);

        assertThat(Versions.losses(redis70, redis86)).isEmpty();
        assertThat(Versions.losses(valkey8, valkey9)).isEmpty();
        assertThat(Versions.losses(redis88, redis86))
                .containsExactly(
                        "refused: arrays",
                        "rewritten in an older encoding: values of newer encodings");
        assertThat(Versions.losses(valkey9, redis70))
                .containsExactly(
                        "refused: hashes with fields that expire",
                        "rewritten in an older encoding: values of newer encodings",
                        "left out: when consumers of streams were last active");
        assertThat(Versions.losses(redis86, valkey9))
                .containsExactly(
                        "rewritten in an older encoding: values of newer encodings",
                        "left out: which producers of streams are idempotent");
    }

    @Test
    void onlyOldConnectionsOfTasksAreOtherProcesses() {
        String clients =
                """
                id=3 addr=127.0.0.1:1 name=syncline:young age=1 idle=0
                id=4 addr=127.0.0.1:2 name=syncline:orders:eu age=2 idle=0
                id=5 addr=127.0.0.1:3 name=other age=99 idle=0
                id=6 addr=127.0.0.1:4 name= age=99 idle=0
                id=7 addr=127.0.0.1:5 name=syncline:slow age=9 idle=0 cmd=client|list user=default
                id=8 addr=127.0.0.1:6 name=syncline:slow age=9 idle=0 cmd=client user=default
                """;

        assertThat(OtherTasks.running(clients)).containsExactly("orders");
    }

    @Test
    void connectionsOfTwoWayTasksAreToldFromOthers() {
        String clients =
                """
                id=3 addr=127.0.0.1:1 name=syncline:both:pair age=9 idle=0
                id=4 addr=127.0.0.1:2 name=syncline:orders:pair-eu age=9 idle=0
                id=5 addr=127.0.0.1:3 name=syncline:new:pair age=1 idle=0
                """;

        assertThat(OtherTasks.running(clients)).containsExactly("both", "orders");
        assertThat(OtherTasks.pairs(clients)).containsExactly("both");
    }

    @Test
    void slotsOnTheMoveAreThoseOfTheAskedNode() {
        String nodes =
                """
                aaa 10.0.0.1:1@2 master - 0 0 1 connected 0-99 [5->-bbb]
                bbb 10.0.0.2:1@2 myself,master - 0 0 2 connected 100-199 [93->-aaa] [77-<-aaa]
                """;

        assertThat(ClusterHealth.movingSlots(nodes)).containsExactly("77", "93");
        assertThat(SameInstance.clusterIds(nodes)).containsExactlyInAnyOrder("aaa", "bbb");
    }

    @Test
    void replicasOfOnePrimaryShareTheirData() {
        ServerInfo one = replica("10.0.0.2", "r1");
        ServerInfo other = replica("10.0.0.3", "r2");

        assertThat(SameInstance.sameness(one, other))
                .isEqualTo("source and target are replicas of the same primary");
    }

    @Test
    void commandStatisticsAreReadWithSubcommands() {
        String statistics =
                """
                # Commandstats
                cmdstat_mset:calls=2,usec=1
                cmdstat_xgroup|create:calls=7,usec=1
                """;

        assertThat(Replies.calls(statistics)).isEqualTo(Map.of("MSET", 2L, "XGROUP|CREATE", 7L));
    }

    @Test
    void scriptsOfOldSourcesMayNotCrossSlotsAndWhatIsDoneInAnotherWayMay() {
        Map<String, Long> calls =
                Map.of("SET", 1L, "RENAME", 1L, "EVAL", 1L, "TS.CREATERULE", 1L, "ZUNIONSTORE", 1L);
        assertThat(CrossSlot.risky(calls, false)).containsExactly("EVAL", "TS.CREATERULE");
        assertThat(CrossSlot.risky(calls, true)).containsExactly("TS.CREATERULE");
    }

    @Test
    void listsAreShort() {
        assertThat(Replies.list(List.of(), 3)).isEmpty();
        assertThat(Replies.list(List.of("a"), 3)).isEqualTo("a");
        assertThat(Replies.list(List.of("a", "b", "c"), 3)).isEqualTo("a, b and c");
        assertThat(Replies.list(List.of("a", "b", "c", "d", "e"), 3))
                .isEqualTo("a, b, c and 2 more");
    }

    @Test
    void functionsAreCountedOverAllEngines() throws IOException {
        Reply engine = items(bulk("libraries_count"), new Reply.Whole(2));
        Reply statistics =
                items(
                        bulk("running_script"),
                        new Reply.Nil(),
                        bulk("engines"),
                        items(bulk("LUA"), engine, bulk("JS"), engine));

        assertThat(Functions.libraries(statistics)).isEqualTo(4);
    }

    private void assertSentences(String... sentences) {
        assertThat(findings.stream().map(Trial::sentence)).containsExactly(sentences);
    }

    private static AclRules rules(String commands, String keys) {
        return new AclRules(List.of(commands.split(" ", -1)), List.of(keys));
    }

    private static ServerInfo replica(String host, String runId) {
        return new ServerInfo(
                new HostPort(host, 6379),
                Map.of("role", "slave", "run_id", runId, "master_replid", "shared"));
    }

    private static Node memory(long used, long total) {
        return node(
                Map.of(
                        "used_memory", Long.toString(used),
                        "total_system_memory", Long.toString(total)));
    }

    private static Node backlog(String bytes, String kilobytesPerSecond) {
        return node(
                Map.of(
                        "repl_backlog_size", bytes,
                        "instantaneous_input_kbps", kilobytesPerSecond));
    }

    private static Node node(Map<String, String> info) {
        return new Node(new ServerInfo(PLACE, info), Map.of());
    }

    private static Reply items(Reply... items) {
        return new Reply.Items(List.of(items));
    }

    private static Reply bulk(String text) {
        return new Reply.Bulk(text.getBytes(StandardCharsets.UTF_8));
    }
}
