package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.MergeKind;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever is appended and taken in whatever order, a slot gives back what it was given.
class SlotLogTest {
    private static final int SEEDS = 10;
    private static final int STEPS = 20_000;
    private static final int SLOTS = 50;

    /// What a slot was given and has not given back.
    private record Expected(String text, long offset, int database, boolean clean) {}

    private static CommandView command(String... words) {
        ByteBuilder text = new ByteBuilder(64);
        RespWriter.command(text, words);
        CommandView view = new CommandView();
        new CommandParser().parse(text.array, 0, text.length, view);
        return view;
    }

    @Test
    void aSlotGivesBackWhatItWasGivenInThatOrder() {
        Long only = Long.getLong("seed");
        long first = only == null ? 0 : only;
        for (long seed = first; seed < (only == null ? SEEDS : first + 1); seed++) {
            try {
                appendAndTake(new Random(seed));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("replay with -Dseed=" + seed, e);
            }
        }
    }

    private static void appendAndTake(Random random) {
        SlotLog log = new SlotLog(1 << 20);
        Map<Integer, List<Expected>> model = new HashMap<>();
        Place place = new Place();
        // From hardly anything waiting to most of it: holes are closed early, late or not at all.
        int rarity = 1 + random.nextInt(40);
        for (int step = 0; step < STEPS; step++) {
            int slot = random.nextInt(SLOTS);
            List<Expected> waiting = model.computeIfAbsent(slot, s -> new ArrayList<>());
            // One slot is hardly ever taken, as when its node is away: it must not be lost.
            if (random.nextInt(rarity) == 0 && (slot > 0 || random.nextInt(500) == 0)) {
                assertThat(take(log, slot)).isEqualTo(waiting);
                waiting.clear();
            } else {
                place.offset += 1 + random.nextInt(100);
                place.database = random.nextInt(16);
                place.clean = random.nextBoolean();
                waiting.add(append(log, slot, random, place));
            }
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            assertThat(take(log, slot)).isEqualTo(model.getOrDefault(slot, List.of()));
        }
        assertThat(log.isEmpty()).isTrue();
        assertThat(log.waitingBytes()).isZero();
    }

    private static Expected append(SlotLog log, int slot, Random random, Place place) {
        CommandView view = command("SET", "k" + slot, "v".repeat(random.nextInt(60)));
        if (random.nextInt(5) == 0) {
            ByteBuilder out = log.open(view.length());
            int start = out.length;
            view.copyTo(out);
            log.written(slot, start, out.length, true, place);
        } else {
            log.append(slot, view, MergeKind.SET, place);
        }
        return new Expected(
                new String(view.buffer, view.start, view.length(), UTF_8),
                place.offset,
                place.database,
                place.clean);
    }

    private static List<Expected> take(SlotLog log, int slot) {
        List<Expected> found = new ArrayList<>();
        int count = log.gather(slot);
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            int entry = log.entry(i);
            int length = log.end(entry) - log.start(entry);
            bytes += length;
            found.add(
                    new Expected(
                            new String(log.array(), log.start(entry), length, UTF_8),
                            log.offset(entry),
                            log.database(entry),
                            log.isClean(entry)));
        }
        assertThat(log.bytes(slot)).isEqualTo(bytes);
        log.taken(slot);
        assertThat(log.isEmpty(slot)).isTrue();
        return found;
    }

    @Test
    void aCommandSaysWhereItsBodyBeginsAndHowItJoins() {
        SlotLog log = new SlotLog(1 << 20);
        Place place = new Place();
        log.append(7, command("SET", "key", "value"), MergeKind.SET, place);
        log.gather(7);
        int entry = log.entry(0);
        byte[] body = Arrays.copyOfRange(log.array(), log.body(entry), log.end(entry));
        assertThat(new String(body, UTF_8)).isEqualTo("$3\r\nkey\r\n$5\r\nvalue\r\n");
        assertThat(log.kind(entry)).isEqualTo(MergeKind.SET);
        assertThat(log.isCounted(entry)).isTrue();
    }

    @Test
    void aCommandWhoseNameCannotBeToldIsNotJoined() {
        SlotLog log = new SlotLog(1 << 20);
        byte[] padded =
                ("*" + "0".repeat(300) + "3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n")
                        .getBytes(UTF_8);
        CommandView view = new CommandView();
        view.buffer = padded;
        view.end = padded.length;
        view.offsets[0] = 307;
        view.lengths[0] = 3;
        log.append(1, view, MergeKind.SET, new Place());
        log.gather(1);
        assertThat(log.kind(log.entry(0))).isEqualTo(MergeKind.NONE);
    }
}
