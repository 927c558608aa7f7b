package io.syncline.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Keys whose names tell their types are asked for in one round. Whatever breaks the pattern is
/// found like everything else.
class PatternsIT {
    /// A pattern is believed after 32.
    private static final int KEYS = 120;

    private static final String FAR = "4102444800000";

    private final List<String> expected = new ArrayList<>();

    static Stream<Arguments> pairs() {
        return Stream.of(
                        new String[] {"redis-7", "redis-7"},
                        new String[] {"redis-2", "redis-8"},
                        new String[] {"valkey-9", "redis-6.0"})
                .flatMap(pair ->
                        Servers.find(pair[0]).stream()
                                .flatMap(one ->
                                        Servers.find(pair[1]).stream()
                                                .flatMap(other ->
                                                        Stream.of(true, false)
                                                                .map(expire ->
                                                                        Arguments.of(
                                                                                one, other,
                                                                                expire)))));
    }

    /// @param expire whether something expires at both sides from the beginning
    @ParameterizedTest(name = "{0} and {1}, some keys expire: {2}")
    @MethodSource("pairs")
    void whatBreaksAPatternIsFound(ServerBinary one, ServerBinary other, boolean expire) {
        try (RedisServer source = RedisServer.start(one);
                RedisServer target = RedisServer.start(other)) {
            for (RedisServer side : List.of(source, target)) {
                fill(side);
                if (expire) {
                    side.command("SET", "expires", "x");
                    side.command("PEXPIREAT", "expires", FAR);
                }
            }
            breakPatterns(source, target);
            // Expiries where there were none, so that not even the server knew before.
            expect(target, "expiry string:31", "PEXPIREAT", "string:31", FAR);
            expect(source, "expiry hash:31", "PEXPIREAT", "hash:31", FAR);

            Verifying verifying = Verifying.between(source, target);
            verifying.limits(0, 1);
            verifying.run();

            assertThat(verifying.told())
                    .containsExactlyElementsOf(expected.stream().sorted().toList());
        }
    }

    private static void fill(RedisServer side) {
        for (int i = 0; i < KEYS; i++) {
            String number = Integer.toString(i);
            side.command("SET", "string:" + i, "value " + i);
            side.command("RPUSH", "list:" + i, "a", number);
            side.command("SADD", "set:" + i, "a", number);
            side.command("HMSET", "hash:" + i, "f", number, "g", "1");
            side.command("ZADD", "zset:" + i, "1", "a", number, "b");
        }
    }

    private void breakPatterns(RedisServer source, RedisServer target) {
        expect(target, "value string:1", "SET", "string:1", "value 2");
        expect(target, "missing-at-target string:2", "DEL", "string:2");
        expect(source, "missing-at-source string:3", "DEL", "string:3");
        expect(target, "value string:4", "SET", "string:4", "");
        for (RedisServer side : List.of(source, target)) {
            side.command("SET", "string:5", "");
            side.command("DEL", "string:6", "string:7", "string:8");
            // Of another type than all others, and the same at both sides.
            side.command("RPUSH", "string:6", "a");
        }
        expect(source, "missing-at-target string:7", "SET", "string:7", "");
        expect(target, "missing-at-source string:8", "SET", "string:8", "");
        target.command("DEL", "string:9");
        expect(target, "type string:9", "RPUSH", "string:9", "a");
        source.command("DEL", "string:10");
        expect(source, "type string:10", "RPUSH", "string:10", "a");
        expect(target, "value list:1", "RPUSH", "list:1", "tail");
        expect(target, "missing-at-target list:2", "DEL", "list:2");
        expect(target, "value set:1", "SADD", "set:1", "other");
        expect(target, "value hash:1", "HSET", "hash:1", "f", "other");
        expect(target, "value hash:2", "HSET", "hash:2", "h", "1");
        expect(source, "missing-at-source hash:3", "DEL", "hash:3");
        expect(target, "value zset:1", "ZADD", "zset:1", "1.0000000000000002", "a");
        expect(target, "missing-at-target zset:2", "DEL", "zset:2");
    }

    private void expect(RedisServer side, String told, Object... command) {
        side.command(command);
        expected.add(told);
    }

    @Test
    void oneOfSeveralPatternsMustFit() {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start()) {
            for (String key : List.of("user:1", "user:2", "order:1", "item:1")) {
                source.command("SET", key, "x");
            }
            target.command("SET", "item:2", "x");
            target.command("SET", "order:2", "x");

            Verifying several = Verifying.between(source, target).scope(100, "user:[1]", "order:*");
            several.run();

            assertThat(several.told())
                    .containsExactly(
                            "missing-at-source order:2",
                            "missing-at-target order:1",
                            "missing-at-target user:1");
        }
    }
}
