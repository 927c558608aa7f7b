package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The small pure parts of the cluster writer.
class ClusterPartsTest {
    private static CommandView view(String... words) {
        ByteBuilder text = new ByteBuilder(64);
        RespWriter.command(text, words);
        CommandView view = new CommandView();
        new CommandParser().parse(text.array, 0, text.length, view);
        return view;
    }

    private static List<String> parts(String... words) {
        CommandView view = view(words);
        CommandSpec spec = CommandTable.standard().find(view);
        assertThat(CrossSlot.wayOf(view, spec)).isEqualTo(CrossSlot.Way.SPLIT);
        List<String> parts = new ArrayList<>();
        for (CommandView part : CrossSlot.split(view, spec)) {
            List<String> text = new ArrayList<>();
            for (int j = 0; j < part.argumentCount; j++) {
                text.add(part.text(j));
            }
            parts.add(String.join(" ", text));
        }
        return parts;
    }

    private static int slotOf(String... words) {
        CommandView view = view(words);
        return new SlotRouter().slotOf(view, CommandTable.standard().find(view));
    }

    @Test
    void aMarkIsReadAsItWasWritten() {
        byte[] text = new byte[SlotMark.LENGTH];
        SlotMark.encode(text, 1_800_000_000_000L, Long.MAX_VALUE, 15);
        assertThat(SlotMark.decode(text, 1_800_000_000_000L))
                .isEqualTo(new SlotMark(Long.MAX_VALUE, 15));
    }

    @Test
    void aMarkOfAnotherRunOrOfAnotherFormIsNone() {
        byte[] text = new byte[SlotMark.LENGTH];
        SlotMark.encode(text, 7, 100, 0);
        assertThat(SlotMark.decode(text, 8)).isEqualTo(SlotMark.ABSENT);
        assertThat(SlotMark.decode(Arrays.copyOf(text, 20), 7)).isEqualTo(SlotMark.ABSENT);
        text[20] = 'x';
        assertThat(SlotMark.decode(text, 7)).isEqualTo(SlotMark.ABSENT);
    }

    @Test
    void commandsOverSeveralKeysAreSplitOneByOne() {
        assertThat(parts("DEL", "a", "b")).containsExactly("DEL a", "DEL b");
        assertThat(parts("UNLINK", "a", "b")).containsExactly("UNLINK a", "UNLINK b");
        assertThat(parts("MSET", "a", "1", "b", "2")).containsExactly("SET a 1", "SET b 2");
        assertThat(parts("MSETNX", "a", "1", "b", "2")).containsExactly("SET a 1", "SET b 2");
    }

    @Test
    void whatCarriesOptionsOrAnotherCountIsSplitWithThem() {
        assertThat(parts("MSETEX", "2", "a", "1", "b", "2", "NX", "PXAT", "99"))
                .containsExactly("SET a 1 PXAT 99", "SET b 2 PXAT 99");
        assertThat(parts("MSETEX", "2", "a", "1", "b", "2", "KEEPTTL", "XX"))
                .containsExactly("SET a 1 KEEPTTL", "SET b 2 KEEPTTL");
        assertThat(parts("SMOVE", "a", "b", "m")).containsExactly("SADD b m", "SREM a m");
        assertThat(parts("TS.MADD", "a", "1", "2", "b", "3", "4"))
                .containsExactly("TS.MADD a 1 2", "TS.MADD b 3 4");
    }

    private static CrossSlot.Way way(String... words) {
        CommandView view = view(words);
        return CrossSlot.wayOf(view, CommandTable.standard().find(view));
    }

    @Test
    void whatCannotBeSplitIsDoneInItsOwnWay() {
        assertThat(way("RENAME", "a", "b")).isEqualTo(CrossSlot.Way.RENAME);
        assertThat(way("COPY", "a", "b")).isEqualTo(CrossSlot.Way.COPY);
        assertThat(way("LMOVE", "a", "b", "LEFT", "LEFT")).isEqualTo(CrossSlot.Way.MOVE_ELEMENT);
        assertThat(way("SUNIONSTORE", "a", "b")).isEqualTo(CrossSlot.Way.COMPUTE);
        assertThat(way("MSET", "a", "1", "b")).isEqualTo(CrossSlot.Way.NONE);
        assertThat(way("EVAL", "return 1", "2", "a", "b")).isEqualTo(CrossSlot.Way.NONE);
        assertThat(way("TS.CREATERULE", "a", "b")).isEqualTo(CrossSlot.Way.NONE);
    }

    @Test
    void aCopyToAnotherDatabaseIsToldApart() {
        assertThat(CrossSlot.leavesDatabase(view("COPY", "a", "b", "DB", "3"))).isTrue();
        assertThat(CrossSlot.leavesDatabase(view("COPY", "a", "b", "db", "0", "REPLACE")))
                .isFalse();
        assertThat(CrossSlot.leavesDatabase(view("COPY", "a", "b", "REPLACE"))).isFalse();
    }

    @Test
    void aCommandBelongsToTheSlotOfAllItsKeys() {
        int slot = Slots.of("key".getBytes(UTF_8));
        assertThat(slotOf("SET", "key", "value")).isEqualTo(slot);
        assertThat(slotOf("MSET", "{key}a", "1", "{key}b", "2")).isEqualTo(slot);
        assertThat(slotOf("EVAL", "return 1", "2", "{key}a", "{key}b", "other")).isEqualTo(slot);
        assertThat(slotOf("XADD", "key", "*", "f", "v")).isEqualTo(slot);
        assertThat(slotOf("MSET", "a", "1", "b", "2")).isEqualTo(SlotRouter.SEVERAL);
        assertThat(slotOf("PUBLISH", "key", "message")).isEqualTo(slot);
    }

    @Test
    void everyKeyOfATaskIsKnownToBeItsOwn() {
        OwnKeys keys = new OwnKeys("task");
        assertThat(
                        List.of(
                                keys.manifest(),
                                keys.mark(0, "tag"),
                                keys.nodeFloor(0, "tag"),
                                keys.copy(0, "tag"),
                                keys.scratch(0, "tag", 1)))
                .allMatch(keys::isOfTask)
                .noneMatch(new OwnKeys("tas")::isOfTask);
    }
}
