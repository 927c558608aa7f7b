package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.precheck.Finding;
import io.syncline.testkit.RedisServer;
import io.syncline.testkit.ServerBinary;
import io.syncline.testkit.Servers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What the check of versions says that a target does not know is what targets refuse, no more and
/// no less.
class NewerCommandsIT {
    /// The command that is tried stands last; `k` and `d` are keys of its own.
    private static final List<String> TRIED =
            List.of(
                    "BITFIELD k SET u8 0 1",
                    "SET k 1;UNLINK k",
                    "RPUSH k a b;LMOVE k d LEFT LEFT",
                    "RPUSH k a b;BLMOVE k d LEFT LEFT 0",
                    "RPUSH k a b;LMPOP 1 k LEFT",
                    "RPUSH k a b;BLMPOP 0 1 k LEFT",
                    "ZADD k 1 a;ZMPOP 1 k MIN",
                    "ZADD k 1 a;BZMPOP 0 1 k MIN",
                    "ZADD k 1 a;ZPOPMIN k",
                    "ZADD k 1 a;ZPOPMAX k 2",
                    "ZADD k 1 a;BZPOPMIN k 0",
                    "ZADD k 1 a;BZPOPMAX k 0",
                    "ZADD k 1 a;ZRANGESTORE d k 0 -1",
                    "ZADD k 1 a;ZDIFFSTORE d 1 k",
                    "SET k 1;COPY k d",
                    "SET k 1;GETDEL k",
                    "SET k 1;GETEX k EX 100",
                    "MSETEX 1 k v EX 100",
                    "SET k 1;DELIFEQ k 1",
                    "GEOADD k 1 2 m",
                    "GEOADD k 1 2 m;GEORADIUS k 1 2 3 m STORE d",
                    "GEOADD k 1 2 m;GEORADIUSBYMEMBER k m 3 m STORE d",
                    "GEOADD k 1 2 m;GEOSEARCHSTORE d k FROMMEMBER m BYBOX 1 1 m",
                    "HSET k f v;HEXPIRE k 100 FIELDS 1 f",
                    "HSET k f v;HPEXPIRE k 100000 FIELDS 1 f",
                    "HSET k f v;HEXPIREAT k 4000000000 FIELDS 1 f",
                    "HSET k f v;HPEXPIREAT k 4000000000000 FIELDS 1 f",
                    "HSET k f v;HGETEX k EX 100 FIELDS 1 f",
                    "HSET k f v;HSETEX k EX 100 FIELDS 1 f v",
                    "HSET k f v;HEXPIRE k 100 FIELDS 1 f;HPERSIST k FIELDS 1 f",
                    "HSET k f v;HGETDEL k FIELDS 1 f",
                    "VADD k VALUES 2 1 2 e",
                    "VADD k VALUES 2 1 2 e;VREM k e",
                    "VADD k VALUES 2 1 2 e;VSETATTR k e {}",
                    "XADD k 1-1 f v",
                    "XADD k 1-1 f v;XDEL k 1-1",
                    "XADD k 1-1 f v;XTRIM k MAXLEN 0",
                    "XADD k 1-1 f v;XSETID k 5-1",
                    "XADD k 1-1 f v;XGROUP CREATE k g 0",
                    "XADD k 1-1 f v;XGROUP CREATE k g 0;XREADGROUP GROUP g c STREAMS k >;"
                            + "XACK k g 1-1",
                    "XADD k 1-1 f v;XGROUP CREATE k g 0;XCLAIM k g c 0 1-1 FORCE",
                    "XADD k 1-1 f v;XGROUP CREATE k g 0;XREADGROUP GROUP g c STREAMS k >;"
                            + "XAUTOCLAIM k g c 0 0",
                    "SWAPDB 8 9",
                    "FUNCTION LOAD #!lua~name=l\nredis.register_function('f',function()return~1~end)",
                    "FUNCTION FLUSH");

    static Stream<Arguments> pairs() {
        List<ServerBinary> versions = Servers.versions();
        return versions.stream()
                .flatMap(from -> versions.stream().map(to -> Arguments.of(from, to)))
                .filter(pair -> !pair.get()[0].equals(pair.get()[1]));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void whatIsNamedIsWhatIsRefused(ServerBinary newer, ServerBinary older) {
        try (RedisServer source = RedisServer.start(newer);
                RedisServer target = RedisServer.start(older)) {
            List<String> tried =
                    TRIED.stream()
                            .filter(line -> source.knows(name(line)) && !target.knows(name(line)))
                            .toList();
            Sync sync = Sync.of(source, target).skipRefused();
            try (RunningLink link = sync.start().awaitStreaming()) {
                tried.forEach(line -> run(source, line));
                link.awaitCaughtUp(source);

                assertThat(named(sync)).isEqualTo(refused(link));
            }
        }
    }

    private static String name(String line) {
        return line.substring(line.lastIndexOf(';') + 1).split(" ", 2)[0];
    }

    private static void run(RedisServer source, String line) {
        String name = name(line);
        for (String command : line.split(";", -1)) {
            List<Object> words = new ArrayList<>();
            for (String word : command.split(" ", -1)) {
                words.add(
                        word.equals("k") || word.equals("d")
                                ? name + ":" + word
                                : word.replace('~', ' '));
            }
            source.command(words.toArray());
        }
    }

    private static Set<String> named(Sync sync) {
        Set<String> named = new TreeSet<>();
        for (Finding finding : new Link(sync.options(), event -> {}).precheck()) {
            String[] parts = finding.reason().split("the source has run them: ", 2);
            if (finding.check().equals("versions") && parts.length > 1) {
                named.addAll(List.of(parts[1].split(", | and ", -1)));
            }
        }
        return named;
    }

    private static Set<String> refused(RunningLink link) {
        Set<String> refused = new TreeSet<>();
        for (LinkEvent.Refused event : link.events(LinkEvent.Refused.class)) {
            // What has no key of its own is told with its first argument.
            refused.add(
                    event.key().contains(":")
                            ? event.key().split(":", 2)[0]
                            : event.command().split(" ", 2)[0]);
        }
        return refused;
    }
}
