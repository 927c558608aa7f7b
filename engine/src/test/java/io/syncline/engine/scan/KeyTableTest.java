package io.syncline.engine.scan;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.scan.KeyTable.Noted;
import io.syncline.testkit.RandomTest;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Against a map that keeps everything.
class KeyTableTest {
    private static final int STEPS = 200_000;
    private static final int NAMES = 20_000;

    /// What a map knows of a key.
    private record Entry(long print, int scan) {}

    private static ScannedKey key(int number) {
        return new ScannedKey(number % 3, ("key:" + number).getBytes(US_ASCII));
    }

    @Test
    void knowsWhatIsNewChangedGoneAndMissing() {
        KeyTable table = new KeyTable();
        assertThat(table.note(key(1), 7)).isEqualTo(Noted.NEW);
        assertThat(table.note(key(1), 7)).isEqualTo(Noted.SAME);
        assertThat(table.note(key(1), 8)).isEqualTo(Noted.CHANGED);
        table.beginScan();
        assertThat(table.isMissing(key(1))).isTrue();
        assertThat(table.isMissing(key(2))).isFalse();
        assertThat(table.remove(key(1))).isTrue();
        assertThat(table.remove(key(1))).isFalse();
        assertThat(table.size()).isZero();
        assertThat(table.note(key(1), 8)).isEqualTo(Noted.CHANGED);
        assertThat(table.missing()).isZero();
    }

    @RandomTest(seeds = 3)
    void agreesWithAMapWhateverHappens(long seed) {
        Random random = new Random(seed);
        KeyTable table = new KeyTable();
        Map<ScannedKey, Entry> model = new HashMap<>();
        int scan = 0;
        for (int step = 0; step < STEPS; step++) {
            ScannedKey key = key(random.nextInt(NAMES));
            Entry known = model.get(key);
            switch (random.nextInt(10)) {
                case 0, 1 ->
                        assertThat(table.remove(key))
                                .as("seed %d step %d", seed, step)
                                .isEqualTo(model.remove(key) != null);
                case 2 ->
                        assertThat(table.isMissing(key))
                                .as("seed %d step %d", seed, step)
                                .isEqualTo(known != null && known.scan() != scan);
                default -> {
                    long print = random.nextInt(3);
                    boolean same = known != null && known.print() == print;
                    assertThat(table.note(key, print) == Noted.SAME)
                            .as("seed %d step %d", seed, step)
                            .isEqualTo(same);
                    model.put(key, new Entry(print, scan));
                }
            }
            if (step % 50_000 == 49_999) {
                endScan(table, model, scan);
                table.beginScan();
                scan++;
            }
        }
        assertThat(table.size()).as("seed %d", seed).isEqualTo(model.size());
    }

    /// A whole scan meets or removes every key, as [Scan] does.
    private static void endScan(KeyTable table, Map<ScannedKey, Entry> model, int scan) {
        model.entrySet()
                .removeIf(known -> known.getValue().scan() != scan && table.remove(known.getKey()));
        assertThat(table.missing()).isZero();
        table.forgetGone();
    }
}
