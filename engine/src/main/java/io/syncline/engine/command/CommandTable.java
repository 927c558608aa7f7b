package io.syncline.engine.command;

import io.syncline.engine.resp.CommandView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// All commands by name, in any letter case, found without an allocation.
///
/// The commands are lines of the resource `commands.txt`. A hash over the first and last eight
/// bytes of the name, letter case folded away, picks a place in an open-addressed array; the names
/// are then compared byte by byte.
public final class CommandTable {
    private static final String RESOURCE = "commands.txt";

    /// Four times the number of commands or more: probes seldom go beyond the first place.
    private static final int CAPACITY_BITS = 11;

    private static final int CAPACITY = 1 << CAPACITY_BITS;
    private static final int COLUMN_COUNT = 5;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// Clears the bit that tells lower case from upper. It also maps other bytes onto each other,
    /// which costs a collision at most, since names are compared in full.
    private static final long FOLD_ALL = 0xDFDFDFDFDFDFDFDFL;

    /// 2^64 divided by the golden ratio: spreads nearby values.
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    private static final byte[] UPPER = upper();

    private static final CommandTable STANDARD = load();

    private final CommandSpec[] specs = new CommandSpec[CAPACITY];
    private final byte[][] names = new byte[CAPACITY][];
    private final List<CommandSpec> all;

    private CommandTable(List<CommandSpec> all) {
        this.all = List.copyOf(all);
        for (CommandSpec spec : all) {
            byte[] name = spec.name().getBytes(StandardCharsets.US_ASCII);
            int place = place(name, 0, name.length);
            while (names[place] != null) {
                place = (place + 1) & (CAPACITY - 1);
            }
            names[place] = name;
            specs[place] = spec;
        }
    }

    public static CommandTable standard() {
        return STANDARD;
    }

    /// The command of a view, or [CommandSpec#UNKNOWN]. The view must have an argument.
    public CommandSpec find(CommandView view) {
        return find(view.buffer, view.offsets[0], view.lengths[0]);
    }

    /// The command with this name, or [CommandSpec#UNKNOWN].
    public CommandSpec find(byte[] buffer, int offset, int length) {
        if (length == 0) {
            return CommandSpec.UNKNOWN;
        }
        int place = place(buffer, offset, length);
        for (byte[] name = names[place]; name != null; name = names[place]) {
            if (name.length == length && equal(name, buffer, offset)) {
                return specs[place];
            }
            place = (place + 1) & (CAPACITY - 1);
        }
        return CommandSpec.UNKNOWN;
    }

    public CommandSpec find(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return find(bytes, 0, bytes.length);
    }

    /// Every known command, sorted by name.
    public List<CommandSpec> all() {
        return all;
    }

    private static boolean equal(byte[] name, byte[] buffer, int offset) {
        for (int i = 0; i < name.length; i++) {
            if (name[i] != UPPER[buffer[offset + i] & 0xff]) {
                return false;
            }
        }
        return true;
    }

    private static int place(byte[] buffer, int offset, int length) {
        long head;
        long tail = 0;
        if (length >= Long.BYTES) {
            head = (long) LONGS.get(buffer, offset);
            tail = (long) LONGS.get(buffer, offset + length - Long.BYTES);
        } else if (buffer.length - offset >= Long.BYTES) {
            head = (long) LONGS.get(buffer, offset) & (-1L >>> (Long.SIZE - length * Byte.SIZE));
        } else {
            head = 0;
            for (int i = 0; i < length; i++) {
                head |= (buffer[offset + i] & 0xffL) << (i * Byte.SIZE);
            }
        }
        long mixed = (head & FOLD_ALL) + (tail & FOLD_ALL) * 31 + length;
        return (int) ((mixed * SPREAD) >>> (Long.SIZE - CAPACITY_BITS));
    }

    private static byte[] upper() {
        byte[] upper = new byte[256];
        for (int i = 0; i < upper.length; i++) {
            upper[i] = (byte) (i >= 'a' && i <= 'z' ? i - 'a' + 'A' : i);
        }
        return upper;
    }

    private static CommandTable load() {
        List<CommandSpec> specs = new ArrayList<>();
        try (InputStream input = CommandTable.class.getResourceAsStream(RESOURCE)) {
            if (input == null) {
                throw new IllegalStateException(
                        "the resource " + RESOURCE + " is missing from the jar; build it again");
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(input, StandardCharsets.US_ASCII));
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank() && line.charAt(0) != '#') {
                    specs.add(parse(line, number, specs.size() + 1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + RESOURCE, e);
        }
        return new CommandTable(specs);
    }

    private static CommandSpec parse(String line, int number, int index) {
        String[] columns = line.strip().split(" +", -1);
        try {
            if (columns.length != COLUMN_COUNT) {
                throw new IllegalArgumentException("a line has " + COLUMN_COUNT + " columns");
            }
            return new CommandSpec(
                    index,
                    columns[0],
                    CommandKind.valueOf(columns[1].toUpperCase(Locale.ROOT)),
                    CommandGroup.valueOf(columns[2].toUpperCase(Locale.ROOT).replace('-', '_')),
                    flags(columns[3]),
                    KeySpec.parse(columns[4]));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "[" + RESOURCE + " line " + number + "] \"" + line + "\": " + e.getMessage(),
                    e);
        }
    }

    private static int flags(String text) {
        int flags = 0;
        if (text.equals("-")) {
            return flags;
        }
        for (String word : text.split(",", -1)) {
            flags |=
                    switch (word) {
                        case "write" -> CommandSpec.WRITE;
                        case "read" -> CommandSpec.READ;
                        case "denyoom" -> CommandSpec.DENYOOM;
                        case "blocking" -> CommandSpec.BLOCKING;
                        case "admin" -> CommandSpec.ADMIN;
                        case "dated" -> CommandSpec.DATED;
                        default -> throw new IllegalArgumentException("no such flag: " + word);
                    };
        }
        return flags;
    }
}
