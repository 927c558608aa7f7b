package io.syncline.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.Reply;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The table against what real servers say of their own commands.
class CommandTableIT {
    /// Answers for web browsers that talk to the wrong port, no commands.
    private static final Set<String> TRAPS = Set.of("POST", "HOST:");

    /// Reported wrongly or differently by old servers, whose truth is the newer one.
    private static final Set<String> CORRECTED_LATER =
            Set.of("BRPOP", "EXISTS", "MIGRATE", "OBJECT", "PFCOUNT", "PFDEBUG", "SORT");

    /// Since 7.0 a container of subcommands says nothing of their flags.
    private static final Set<String> CONTAINERS = Set.of("XGROUP");

    /// Examples with keys at every place that the table knows.
    private static final List<String> EXAMPLES =
            List.of(
                    "SET a 1",
                    "GET a",
                    "DEL a b c",
                    "UNLINK a b",
                    "MSET a 1 b 2",
                    "MSETNX a 1 b 2",
                    "MGET a b",
                    "RENAME a b",
                    "COPY a b DB 1 REPLACE",
                    "MOVE a 1",
                    "BITOP AND d a b",
                    "PFMERGE d a b",
                    "PFCOUNT a b",
                    "SMOVE a b m",
                    "SDIFFSTORE d a b",
                    "SINTERCARD 2 a b LIMIT 1",
                    "RPOPLPUSH a b",
                    "BRPOPLPUSH a b 0",
                    "LMOVE a b LEFT RIGHT",
                    "BLMOVE a b LEFT RIGHT 0",
                    "BLPOP a b 0",
                    "LMPOP 2 a b LEFT",
                    "BLMPOP 0 2 a b LEFT",
                    "ZMPOP 2 a b MIN",
                    "BZMPOP 0 2 a b MIN",
                    "BZPOPMIN a b 0",
                    "ZUNIONSTORE d 2 a b WEIGHTS 1 2",
                    "ZINTERSTORE d 1 a",
                    "ZDIFFSTORE d 2 a b",
                    "ZUNION 2 a b WITHSCORES",
                    "ZRANGESTORE d a 0 -1",
                    "SORT a BY w_* GET # STORE d",
                    "SORT a BY STORE GET d",
                    "GEORADIUS k 1 2 3 m STORE d",
                    "GEORADIUSBYMEMBER k m 3 m COUNT 2 STOREDIST d",
                    "GEOSEARCHSTORE d a FROMMEMBER m BYRADIUS 1 m",
                    "EVAL script 2 a b x",
                    "EVALSHA script 1 a x",
                    "FCALL f 1 a x",
                    "XADD s * f v",
                    "XREAD COUNT 1 STREAMS a b 0 0",
                    "XREADGROUP GROUP g c NOACK STREAMS a >",
                    "XREADGROUP GROUP STREAMS c STREAMS a >",
                    "XGROUP CREATE a g 0 MKSTREAM",
                    "XINFO STREAM a",
                    "XCLAIM a g c 0 1-1",
                    "OBJECT ENCODING a",
                    "MEMORY USAGE a",
                    "MIGRATE h 1 a 0 5",
                    "MIGRATE h 1 '' 0 5 COPY KEYS a b",
                    "MIGRATE h 1 '' 0 5 AUTH KEYS KEYS a b",
                    "RESTORE a 0 p REPLACE",
                    "GETEX a EX 5",
                    "HSETEX h EX 5 FIELDS 1 f v",
                    "HEXPIRE h 5 FIELDS 1 f",
                    "MSETEX 2 a 1 b 2 EX 5",
                    "DELIFEQ a v",
                    "VADD v VALUES 1 1 m",
                    "TOUCH a b",
                    "LCS a b");

    private final CommandTable table = CommandTable.standard();

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void everyCommandOfEveryServerIsKnownAsItIsThere(ServerBinary binary) throws IOException {
        List<String> wrong = new ArrayList<>();
        try (RedisServer server = RedisServer.start(binary);
                Session session = new Session(server)) {
            for (Reply reply : ((Reply.Items) session.call("COMMAND")).items()) {
                compare(((Reply.Items) reply).items(), wrong);
            }
        }

        assertThat(wrong).isEmpty();
    }

    private void compare(List<Reply> told, List<String> wrong) {
        String name = text(told.get(0)).toUpperCase(Locale.ROOT);
        if (TRAPS.contains(name)) {
            return;
        }
        CommandSpec spec = table.find(name);
        String flags = told.get(2).toString();
        if (spec.kind() == CommandKind.UNKNOWN) {
            wrong.add(name + " is not in the table; flags " + flags);
            return;
        }
        if (flags.contains("text=write]") != spec.isWrite() && !CONTAINERS.contains(name)) {
            wrong.add(name + " writes or not: " + flags);
        }
        if (flags.contains("text=denyoom]") && !spec.isRefusedWithoutMemory()) {
            wrong.add(name + " is denyoom");
        }
        boolean movable = flags.contains("movablekeys");
        KeySpec keys = spec.keys();
        long first = number(told.get(3));
        if (movable || first == 0 || CORRECTED_LATER.contains(name)) {
            return;
        }
        long last = number(told.get(4));
        boolean equal =
                keys.rule() == KeySpec.Rule.RANGE
                        && keys.first() == first
                        && keys.last() == last
                        && keys.step() == number(told.get(5));
        if (!equal) {
            wrong.add(name + " has keys " + keys + " but the server says " + told);
        }
    }

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void keysAreWhereTheServerFindsThem(ServerBinary binary) throws IOException {
        if (!binary.version().atLeastRedis(3, 0)) {
            // Redis 2.8 refuses COMMAND GETKEYS.
            return;
        }
        List<String> wrong = new ArrayList<>();
        int compared = 0;
        try (RedisServer server = RedisServer.start(binary);
                Session session = new Session(server)) {
            for (String example : EXAMPLES) {
                String[] words = ("COMMAND GETKEYS " + example).replace("''", "").split(" ", -1);
                if (session.call(words) instanceof Reply.Items items) {
                    compared++;
                    Set<String> told = new TreeSet<>();
                    items.items().forEach(item -> told.add(text(item)));
                    Set<String> found = keys(CommandViews.of(example));
                    if (!told.equals(found) && !isOldMistake(binary, example)) {
                        wrong.add(example + ": server " + told + ", table " + found);
                    }
                }
            }
        }

        assertThat(wrong).isEmpty();
        assertThat(compared).isGreaterThan(binary.version().atLeastRedis(7, 0) ? 50 : 20);
    }

    /// Before 7.0 MIGRATE did not know a password `KEYS`, and others are told as fixed places.
    private static boolean isOldMistake(ServerBinary binary, String example) {
        String name = example.substring(0, example.indexOf(' '));
        return !binary.version().atLeastRedis(7, 0) && CORRECTED_LATER.contains(name);
    }

    private static Set<String> keys(CommandView view) {
        KeyFinder finder = new KeyFinder();
        int count = finder.find(view, CommandViews.spec(view));
        Set<String> keys = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            keys.add(view.text(finder.indexes[i]));
        }
        return keys;
    }

    private static String text(Reply reply) {
        return reply instanceof Reply.Bulk bulk ? bulk.utf8() : ((Reply.Text) reply).text();
    }

    private static long number(Reply reply) {
        return ((Reply.Whole) reply).value();
    }
}
