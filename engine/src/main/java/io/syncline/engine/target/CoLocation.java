package io.syncline.engine.target;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ClusterMap;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.KeyFinder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.target.OperandReader.Answer;
import io.syncline.engine.target.OperandReader.Question;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Commands over several slots that read one key to write another: RENAME, COPY, LMOVE, the STORE
/// family.
///
/// ```
///   settle the slots that are read -> read keys and marks -> make the result
///     -> write it with its slot's mark -> wait -> (RENAME, LMOVE) take it away from where it was
/// ```
///
/// Exactly once, whenever the process is killed: what is read cannot change before the result is in
/// the target, since nothing later is sent to those slots until it is answered. So, read again from
/// the floor, either the result's slot has a mark behind the command, and it is skipped; or it has
/// none, and the keys still hold what they held. What takes the old value away needs to read
/// nothing and has a mark of its own.
///
/// A failover that loses the result after its keys have changed is mended from [EffectBook]; when
/// that no longer has it, the position counts as lost, rather than that a wrong value is made.
final class CoLocation implements Closeable {
    /// Tries go through the slots by this step, so that one slot on its way to another node does
    /// not hold up what may be done in any.
    private static final int SLOT_STEP = 4099;

    private static final String DIFFERENT_SLOTS =
            "CROSSSLOT its keys are in different slots of the target";

    private final TargetDialer dialer;
    private final SlotBatches batches;
    private final ClusterLanes lanes;
    private final Writer writer;
    private final SidePeers peers;
    private final OperandReader operands;
    private final ScratchSlot scratch;
    private final EffectBook book = new EffectBook();
    private final KeyFinder finder = new KeyFinder();
    private final CommandParser parser = new CommandParser();
    private final CommandView part = new CommandView();

    /// The writer's own ways.
    interface Writer {
        /// Puts a command into a slot's batch.
        void append(int slot, CommandView part, Place behind);

        /// Waits until everything for these slots is in the target.
        void settle(BitSet slots) throws RewindException;

        /// Records a refusal, or stops the task.
        void refuse(Refusal refusal);
    }

    CoLocation(
            WriterSettings settings,
            TargetDialer dialer,
            SlotBatches batches,
            ClusterLanes lanes,
            Writer writer) {
        this.dialer = dialer;
        this.batches = batches;
        this.lanes = lanes;
        this.writer = writer;
        this.peers = new SidePeers(settings);
        this.operands = new OperandReader(batches, lanes, peers);
        this.scratch = new ScratchSlot(settings, lanes, peers);
    }

    /// Offsets count anew.
    void clear() {
        book.clear();
    }

    @Override
    public void close() {
        peers.close();
    }

    /// What one command is, in terms of its keys.
    ///
    /// @param keys the arguments that are keys, the result's among them
    /// @param result the argument that names the key which is written to
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    private record Deed(
            CommandView command, CrossSlot.Way way, CommandSpec spec, int[] keys, int result) {
        byte[] to() {
            return command.argument(result);
        }
    }

    /// Does one command, or has it refused. All of it is on its way, or in the target, when this
    /// returns.
    void apply(CommandView command, CommandSpec spec, Place behind) throws RewindException {
        CrossSlot.Way way = CrossSlot.wayOf(command, spec);
        switch (way) {
            case SPLIT -> {
                for (CommandView part : CrossSlot.split(command, spec)) {
                    writer.append(Slots.of(part.argument(1)), part, behind);
                }
            }
            case COPY -> {
                if (CrossSlot.leavesDatabase(command)) {
                    refuse(command, behind, TargetErrors.ONE_DATABASE);
                } else {
                    run(command, spec, way, behind);
                }
            }
            case RENAME, MOVE_ELEMENT, COMPUTE -> run(command, spec, way, behind);
            case NONE -> refuse(command, behind, DIFFERENT_SLOTS);
        }
    }

    private void refuse(CommandView command, Place behind, String reason) {
        writer.refuse(Refusal.of(command, behind.offset, 0, reason));
    }

    private void run(CommandView command, CommandSpec spec, CrossSlot.Way way, Place behind)
            throws RewindException {
        int count = finder.find(command, spec);
        int[] keys = Arrays.copyOf(finder.indexes, count);
        boolean computes = way == CrossSlot.Way.COMPUTE;
        int result = computes ? CrossSlot.resultArgument(spec, keys[count - 1]) : 2;
        Deed deed = new Deed(command, way, spec, keys, result);
        int slot = Slots.of(deed.to());
        if (!batches.isApplied(slot, behind.offset)) {
            try {
                write(slot, effect(deed, slot, behind), behind);
            } catch (RefusedException e) {
                refuse(command, behind, e.text());
                passOver(deed, slot, behind);
                return;
            }
        }
        byte[] removal = removal(deed);
        int from = Slots.of(command.argument(1));
        if (removal != null && !batches.isApplied(from, behind.offset)) {
            append(from, removal, behind);
        }
    }

    private void write(int slot, byte[] wire, Place behind) throws RewindException {
        append(slot, wire, behind);
        writer.settle(only(slot));
    }

    private void append(int slot, byte[] wire, Place behind) {
        for (int at = 0; at < wire.length; at = part.end) {
            parser.parse(wire, at, wire.length, part);
            writer.append(slot, part, behind);
        }
    }

    static BitSet only(int slot) {
        BitSet slots = new BitSet(ClusterMap.SLOTS);
        slots.set(slot);
        return slots;
    }

    /// Marks that a refused command was met, so that it is not tried again when the stream is read
    /// anew and its keys have changed. First where it would have taken something away.
    private void passOver(Deed deed, int slot, Place behind) throws RewindException {
        int from = Slots.of(deed.command.argument(1));
        if (removal(deed) != null && !batches.isApplied(from, behind.offset)) {
            write(from, nothing(deed.command.argument(1)), behind);
        }
        write(slot, nothing(deed.to()), behind);
    }

    // ---- what is written ----

    private byte[] effect(Deed deed, int slot, Place behind)
            throws RewindException, RefusedException {
        byte[] known = book.find(behind.offset);
        if (known != null) {
            return known;
        }
        List<Question> questions = questions(deed);
        BitSet slots = new BitSet(ClusterMap.SLOTS);
        questions.forEach(question -> slots.set(question.slot()));
        if (slots.stream().anyMatch(read -> batches.isApplied(read, behind.offset))) {
            throw new RewindException(null);
        }
        writer.settle(slots);
        Backoff backoff = dialer.backoff();
        while (true) {
            boolean fresh = peers.isEmpty();
            try {
                Answer[] answers = operands.read(questions);
                int where = (slot + backoff.count() * SLOT_STEP) % ClusterMap.SLOTS;
                byte[] made = make(deed, questions, answers, where);
                dialer.recovered(backoff);
                book.put(behind.offset, made);
                return made;
            } catch (IOException e) {
                peers.close();
                // One that was idle for long may have been closed by the server: that is no fault.
                if (fresh) {
                    dialer.pause(backoff, e);
                }
                lanes.check();
            } catch (RefusedException | RuntimeException e) {
                peers.close();
                throw e;
            }
        }
    }

    private List<Question> questions(Deed deed) {
        CommandView command = deed.command;
        return switch (deed.way) {
            case RENAME, COPY -> List.of(dump(command.argument(1)));
            case MOVE_ELEMENT -> {
                byte[] end = (takesLeft(command) ? "0" : "-1").getBytes(US_ASCII);
                byte[] key = command.argument(1);
                yield List.of(new Question(key, false, List.of(word("LINDEX"), key, end)));
            }
            case COMPUTE -> {
                Map<ByteBuffer, Question> read = new LinkedHashMap<>();
                for (int key : deed.keys) {
                    if (key != deed.result || CrossSlot.changesResult(deed.spec)) {
                        byte[] name = command.argument(key);
                        read.putIfAbsent(ByteBuffer.wrap(name), dump(name));
                    }
                }
                yield new ArrayList<>(read.values());
            }
            case SPLIT, NONE -> throw new IllegalArgumentException(deed.way + " reads nothing");
        };
    }

    private static Question dump(byte[] key) {
        return new Question(key, true, List.of(word("DUMP"), key));
    }

    private byte[] make(Deed deed, List<Question> questions, Answer[] answers, int where)
            throws IOException, RefusedException {
        byte[] to = deed.to();
        Answer first = answers[0];
        return switch (deed.way) {
            // A key that has expired here since has expired under its new name, too.
            case RENAME, COPY -> value(to, first.value(), first.expireAtMillis());
            case MOVE_ELEMENT -> {
                byte[] element = first.value();
                boolean left = putsLeft(deed.command);
                yield element == null
                        ? nothing(to)
                        : command(word(left ? "LPUSH" : "RPUSH"), to, element);
            }
            case COMPUTE -> {
                Map<ByteBuffer, byte[]> payloads = new LinkedHashMap<>();
                long expiry = -1;
                for (int i = 0; i < answers.length; i++) {
                    byte[] payload = answers[i].value();
                    byte[] key = questions.get(i).key();
                    if (payload != null) {
                        payloads.put(ByteBuffer.wrap(key), payload);
                    }
                    if (CrossSlot.changesResult(deed.spec) && Arrays.equals(key, to)) {
                        expiry = answers[i].expireAtMillis();
                    }
                }
                byte[] made = scratch.run(where, deed.command, deed.keys, deed.result, payloads);
                yield value(to, made, expiry);
            }
            case SPLIT, NONE -> throw new IllegalArgumentException(deed.way + " makes nothing");
        };
    }

    /// What takes away from the first key what the command has moved; null for nothing.
    private static byte @Nullable [] removal(Deed deed) {
        byte[] from = deed.command.argument(1);
        return switch (deed.way) {
            case RENAME -> command(word("DEL"), from);
            case MOVE_ELEMENT -> command(word(takesLeft(deed.command) ? "LPOP" : "RPOP"), from);
            case COPY, COMPUTE, SPLIT, NONE -> null;
        };
    }

    private static boolean takesLeft(CommandView command) {
        return isLmove(command) && command.isWord(3, "LEFT");
    }

    private static boolean putsLeft(CommandView command) {
        return !isLmove(command) || command.isWord(4, "LEFT");
    }

    /// RPOPLPUSH and BRPOPLPUSH name no ends.
    private static boolean isLmove(CommandView command) {
        return command.isWord(0, "LMOVE") || command.isWord(0, "BLMOVE");
    }

    private static byte[] value(byte[] key, byte @Nullable [] payload, long expireAtMillis) {
        if (payload == null) {
            return command(word("DEL"), key);
        }
        byte[] restore = command(word("RESTORE"), key, word("0"), payload, word("REPLACE"));
        if (expireAtMillis < 0) {
            return restore;
        }
        byte[] expire = command(word("PEXPIREAT"), key, word(Long.toString(expireAtMillis)));
        byte[] both = Arrays.copyOf(restore, restore.length + expire.length);
        System.arraycopy(expire, 0, both, restore.length, expire.length);
        return both;
    }

    /// Changes nothing; the slot's mark comes with it.
    private static byte[] nothing(byte[] key) {
        return command(word("EXISTS"), key);
    }

    private static byte[] word(String word) {
        return word.getBytes(US_ASCII);
    }

    private static byte[] command(byte[]... words) {
        ByteBuilder wire = new ByteBuilder(128);
        RespWriter.array(wire, words.length);
        for (byte[] word : words) {
            RespWriter.bulk(wire, word);
        }
        return wire.toBytes();
    }
}
