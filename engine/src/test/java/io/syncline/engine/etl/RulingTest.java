package io.syncline.engine.etl;

import static io.syncline.engine.etl.RuleReaderTest.rules;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.Slots;
import io.syncline.engine.etl.KeyHomes.Home;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RulingTest {
    private static @Nullable String name(KeyRules rules, int database, String key) {
        byte[] name = rules.in(database).targetName(key.getBytes(ISO_8859_1));
        return name == null ? null : new String(name, ISO_8859_1);
    }

    private static @Nullable String name(KeyRules rules, String key) {
        return name(rules, 0, key);
    }

    private static List<String> origins(KeyRules rules, String name) {
        List<byte[]> origins = rules.in(0).origins(name.getBytes(UTF_8));
        return requireNonNull(origins).stream().map(key -> new String(key, UTF_8)).toList();
    }

    @Test
    void theFirstRuleThatFitsDecides() {
        KeyRules rules = rules("keep tmp:keep:*", "drop tmp:*", "rename user:* to customer:*");

        assertThat(name(rules, "tmp:keep:1")).isEqualTo("tmp:keep:1");
        assertThat(name(rules, "tmp:1")).isNull();
        assertThat(name(rules, "user:7")).isEqualTo("customer:7");
        assertThat(name(rules, "user:")).isEqualTo("customer:");
        assertThat(name(rules, "other")).isEqualTo("other");
    }

    @Test
    void rulesCountForTheDatabasesTheyName() {
        KeyRules rules = rules("drop a* db 1-2", "rename a* to b* db 3");

        assertThat(name(rules, 0, "a1")).isEqualTo("a1");
        assertThat(name(rules, 2, "a1")).isNull();
        assertThat(name(rules, 3, "a1")).isEqualTo("b1");
    }

    @Test
    void patternsTakeAnyByte() {
        KeyRules rules = rules("drop \\x00\\xff*", "drop \\*x", "drop \"a b\"", "drop [a-c]?!");

        assertThat(name(rules, "\u0000\u00ff1")).isNull();
        assertThat(name(rules, "*x")).isNull();
        assertThat(name(rules, "yx")).isEqualTo("yx");
        assertThat(name(rules, "a b")).isNull();
        assertThat(name(rules, "b\u0001!")).isNull();
        assertThat(name(rules, "d1!")).isEqualTo("d1!");
    }

    @Test
    void starsTakeTheirPlacesInTheNewName() {
        KeyRules rules = rules("rename user:*:* to u:{*}:*", "rename one to two");

        assertThat(name(rules, "user:7:name:first")).isEqualTo("u:{7}:name:first");
        assertThat(name(rules, "user::")).isEqualTo("u:{}:");
        assertThat(name(rules, "user:7")).isEqualTo("user:7");
        assertThat(name(rules, "one")).isEqualTo("two");
        assertThat(name(rules, "one1")).isEqualTo("one1");
        assertThat(name(rules("rename *x*y to *1*2"), "axbxcy")).isEqualTo("a1bxc2");
    }

    @Test
    void noKeyGetsAReservedName() {
        KeyRules rules = rules("rename old:* to *", "rename old:* to new:*");

        assertThat(name(rules, "old:a")).isEqualTo("a");
        assertThat(name(rules, "old:__syncline:x")).isEqualTo("new:__syncline:x");
    }

    @Test
    void findsTheKeysThatANameComesFrom() {
        KeyRules rules = rules("drop customer:9", "rename user:* to customer:*", "drop gone:*");

        assertThat(origins(rules, "customer:7")).containsExactly("customer:7", "user:7");
        assertThat(origins(rules, "customer:9")).containsExactly("user:9");
        assertThat(origins(rules, "user:7")).isEmpty();
        assertThat(origins(rules, "gone:1")).isEmpty();
        assertThat(origins(rules, "other")).containsExactly("other");
    }

    /// Whatever the rules, each key is among the origins of its name.
    @Test
    void everyNameLeadsBackToItsKey() {
        long seed = System.nanoTime();
        System.out.println("RulingTest seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            KeyRules rules = randomRules(random);
            for (int i = 0; i < 20; i++) {
                byte[] key = text(random, "ab:{}", 1 + random.nextInt(8)).getBytes(UTF_8);
                byte[] name = rules.in(0).targetName(key);
                if (name != null) {
                    assertThat(rules.in(0).origins(name))
                            .as("seed %s, %s of %s", seed, rules, new String(key, UTF_8))
                            .anySatisfy(origin -> assertThat(origin).isEqualTo(key));
                }
            }
        }
    }

    private static KeyRules randomRules(Random random) {
        List<String> lines = new ArrayList<>();
        while (lines.size() < 3) {
            int stars = 1 + random.nextInt(3);
            String from = pattern(random, stars);
            String to = pattern(random, stars);
            if (!from.equals(to) && !from.equals("*")) {
                lines.add("rename " + from + " to " + to);
            }
        }
        return rules(lines.toArray(new String[0]));
    }

    private static String pattern(Random random, int stars) {
        StringBuilder pattern = new StringBuilder(text(random, "ab:", random.nextInt(2)));
        for (int i = 0; i < stars; i++) {
            pattern.append(i == 0 ? "" : text(random, "ab:{", 1)).append('*');
        }
        return pattern.append(text(random, "ab}", random.nextInt(2))).toString();
    }

    private static String text(Random random, String letters, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    @Test
    void aRenamedKeyIsAtHomeInTheSlotOfItsOldName() {
        KeyRules rules = rules("drop customer:* db 2", "rename user:* to customer:* db 2");
        KeyHomes homes = new KeyHomes(rules, DatabaseMap.of(Map.of(2, 5)));
        int old = Slots.of("user:7".getBytes(UTF_8));
        byte[] name = "customer:7".getBytes(UTF_8);
        byte[] other = "other".getBytes(UTF_8);

        assertThat(homes.whether(5, name, slot -> slot == old)).isEqualTo(Home.HERE);
        assertThat(homes.whether(5, name, slot -> slot == Slots.of(name)))
                .isEqualTo(Home.ELSEWHERE);
        assertThat(homes.whether(5, other, slot -> slot == Slots.of(other))).isEqualTo(Home.HERE);

        homes = new KeyHomes(rules("rename user:* to customer:*"), DatabaseMap.identity());
        assertThat(homes.whether(0, name, slot -> slot == old)).isEqualTo(Home.UNSURE);
    }

    @Test
    void knowsByTheFirstByteWhichKeysNoRuleConcerns() {
        assertThat(rules("keep a*", "drop bc*", "rename \\x00* to d*").firstBytes().toString())
                .isEqualTo("{0, 98}");
        assertThat(rules("drop ?x").firstBytes().cardinality()).isEqualTo(256);
        assertThat(rules("drop *").firstBytes().get(KeyRules.EMPTY_KEY)).isTrue();
        assertThat(KeyRules.NONE.firstBytes().isEmpty()).isTrue();
    }
}
