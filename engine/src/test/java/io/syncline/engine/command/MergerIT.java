package io.syncline.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.Reply;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Merged and unmerged, the same commands leave the same data in real servers.
class MergerIT {
    private static final int ROUND_COUNT = 30;
    private static final int COMMAND_COUNT = 300;
    private static final int KEY_COUNT = 4;

    @ParameterizedTest
    @MethodSource("io.syncline.testkit.Servers#versions")
    void mergedCommandsLeaveTheSameData(ServerBinary binary) throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        Merger.Rules rules =
                Merger.Rules.of(
                        new Dialect(
                                Dialect.Product.valueOf(binary.version().product().name()),
                                binary.version().major(),
                                binary.version().minor()));
        int joined = 0;
        try (RedisServer plainServer = RedisServer.start(binary);
                RedisServer mergedServer = RedisServer.start(binary);
                Session plain = new Session(plainServer);
                Session merged = new Session(mergedServer)) {
            for (int round = 0; round < ROUND_COUNT; round++) {
                List<String> lines = commands(random);
                joined += lines.size() - apply(merged, lines, rules);
                apply(plain, lines, Merger.Rules.NONE);

                assertThat(digest(merged))
                        .as("-Dseed=%d round %d: %s", seed, round, lines)
                        .isEqualTo(digest(plain));
            }
        }
        assertThat(joined).as("-Dseed=%d", seed).isGreaterThan(ROUND_COUNT * COMMAND_COUNT / 10);
    }

    /// Returns how many commands were sent.
    private static int apply(Session session, List<String> lines, Merger.Rules rules)
            throws IOException {
        ByteBuilder batch = new ByteBuilder(1024);
        Merger merger = new Merger(batch, rules);
        int count = 0;
        for (String line : lines) {
            CommandView view = CommandViews.of(line);
            if (!merger.append(view, CommandViews.spec(view))) {
                count++;
            }
        }
        session.send(batch, count);
        return count;
    }

    private static Reply digest(Session session) throws IOException {
        Reply digest = session.call("DEBUG", "DIGEST");
        assertThat(digest).isInstanceOf(Reply.Text.class);
        return digest;
    }

    /// Few keys of any type, and runs of one command, so that types clash and runs are long.
    private static List<String> commands(SplittableRandom random) {
        String[] forms = {
            "SET K V",
            "SET K V",
            "DEL K",
            "DEL K K",
            "HSET K F V",
            "HSET K F V F V",
            "HMSET K F V",
            "HDEL K F",
            "SADD K F",
            "SADD K F F",
            "SREM K F",
            "RPUSH K V",
            "LPUSH K V V",
            "ZADD K S F",
            "ZADD K S F S F",
            "ZREM K F",
            "INCR K",
            "LPOP K",
            "RENAME K K",
            "ZADD K NX S F",
            "PEXPIREAT K 99999999999999",
            "SET K V NX",
            "APPEND K V",
            "ZADD K x F"
        };
        List<String> commands = new ArrayList<>();
        while (commands.size() < COMMAND_COUNT) {
            String form = forms[random.nextInt(forms.length)];
            String key = "key" + random.nextInt(KEY_COUNT);
            boolean sameKey = random.nextInt(3) > 0;
            int run = 1 + random.nextInt(random.nextInt(10) == 0 ? 150 : 6);
            for (int i = 0; i < run; i++) {
                commands.add(fill(form, sameKey ? key : "", random));
            }
        }
        return commands;
    }

    private static String fill(String form, String key, SplittableRandom random) {
        String[] words = form.split(" ", -1);
        for (int i = 1; i < words.length; i++) {
            words[i] =
                    switch (words[i]) {
                        case "K" -> key.isEmpty() ? "key" + random.nextInt(KEY_COUNT) : key;
                        case "V" -> "v" + random.nextInt(1000);
                        case "F" -> "f" + random.nextInt(20);
                        case "S" -> random.nextInt(100) + "." + random.nextInt(100);
                        default -> words[i];
                    };
        }
        return String.join(" ", words);
    }
}
