package io.syncline.engine.twoway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A server of a simulated world: databases, expiry, WATCH, and a stream of bytes as a server sends
/// it to its replicas.
final class SimSite {
    static final PairKeys KEYS =
            new PairKeys(
                    "__syncline:{t}:marker".getBytes(ISO_8859_1),
                    "__syncline:{t}:epoch".getBytes(ISO_8859_1),
                    "__syncline:{t}:beat".getBytes(ISO_8859_1),
                    "__syncline:pair".getBytes(ISO_8859_1),
                    "__syncline:{t}:".getBytes(ISO_8859_1),
                    "__syncline:t:".getBytes(ISO_8859_1),
                    "__syncline:".getBytes(ISO_8859_1),
                    0,
                    new byte[0]);

    /// Where each slot has a marker of its own.
    static final PairKeys KEYS_BY_SLOT =
            new PairKeys(
                    "__syncline:t:marker:".getBytes(ISO_8859_1),
                    "__syncline:t:epoch".getBytes(ISO_8859_1),
                    "__syncline:t:beat".getBytes(ISO_8859_1),
                    "__syncline:pair".getBytes(ISO_8859_1),
                    "__syncline:{t}:".getBytes(ISO_8859_1),
                    "__syncline:t:".getBytes(ISO_8859_1),
                    "__syncline:".getBytes(ISO_8859_1),
                    0,
                    "__syncline:{t}:floor".getBytes(ISO_8859_1));

    static final String MARKER = "0/" + new String(KEYS.marker(), ISO_8859_1);
    final PairKeys keys;
    private final String epoch;

    /// Millis by which this site's clock is ahead of the world's.
    final int skew;

    /// Older servers do not void a WATCH when a key merely expires.
    private final boolean expiryLeavesWatch;

    final SimValues values;
    final List<Unit> stream = new ArrayList<>();
    private final Map<Long, Integer> indexByOffset = new HashMap<>();
    private final Map<Object, Watched> watched = new HashMap<>();

    /// Hear of everything that goes into the stream.
    final List<Consumer<List<Command>>> followers = new ArrayList<>();

    /// Slots of which a job brings keys: the owner alone lets them expire.
    final Set<Integer> importing = new HashSet<>();

    /// Whether a job's commands are run, which are the owner's: nothing expires by itself.
    private boolean fed;

    private int streamDatabase = -1;

    /// Of an older version: see [#isUnknown].
    boolean refuses;

    /// Of an older version, too: its users' expiries stand in the stream as a time from now.
    boolean relative;

    long offset;
    long now;

    /// What the site did at once.
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    record Unit(byte[] bytes, long offset, long millis, int commands, @Nullable Marker marker) {
        /// As the pair reads it.
        ///
        /// @param at when it is taken to be written
        StreamUnit read(UnitReader reader, long at) {
            CommandParser parser = new CommandParser();
            CommandView view = new CommandView();
            StreamUnit found = null;
            for (int from = 0; from < bytes.length; from = view.end) {
                if (!parser.parse(bytes, from, bytes.length, view)) {
                    throw new IllegalStateException(new String(bytes, ISO_8859_1));
                }
                StreamUnit read = reader.take(view, at);
                found = read != null ? read : found;
            }
            if (found == null || found.offset() != offset) {
                throw new IllegalStateException("a unit was not read as one");
            }
            return found;
        }
    }

    /// A command with its database.
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    record Command(int database, String... words) {
        String key(int index) {
            return database + "/" + words[index];
        }
    }

    private static final class Watched {
        final Set<String> keys = new HashSet<>();
        boolean touched;
    }

    /// @param payloads shared by the sites of a world
    SimSite(int skew, boolean expiryLeavesWatch, List<Object> payloads) {
        this(skew, expiryLeavesWatch, payloads, KEYS);
    }

    SimSite(int skew, boolean expiryLeavesWatch, List<Object> payloads, PairKeys keys) {
        this.keys = keys;
        epoch = "0/" + new String(keys.epoch(), ISO_8859_1);
        values = new SimValues(this, payloads);
        this.skew = skew;
        this.expiryLeavesWatch = expiryLeavesWatch;
        indexByOffset.put(0L, 0);
    }

    long clock() {
        return now + skew;
    }

    void touch(String key) {
        for (Watched each : watched.values()) {
            each.touched |= each.keys.contains(key);
        }
    }

    void touchByExpiry(String key) {
        if (!expiryLeavesWatch) {
            touch(key);
        }
    }

    void touchAll(Map<String, ?> gone) {
        for (Watched each : watched.values()) {
            for (String key : each.keys) {
                each.touched |= gone.containsKey(key);
            }
        }
    }

    /// A user's command or transaction.
    ///
    /// @return whether it had an effect
    boolean local(Command... commands) {
        List<Command> effects = new ArrayList<>();
        for (Command command : commands) {
            if (!isUnknown(command)) {
                values.apply(command, effects);
            }
        }
        emit(effects);
        return !effects.isEmpty();
    }

    /// Whether this site answers it with an error: any command of those that both sites' users run
    /// stands for one that an older version does not know.
    private boolean isUnknown(Command command) {
        String[] words = command.words();
        boolean rare =
                switch (words[0]) {
                    case "SADD" -> words[2].equals("d");
                    case "INCRBY" -> words[2].equals("7");
                    default -> false;
                };
        return refuses && rare && "xyz".contains(words[1]);
    }

    private @Nullable Unit emit(List<Command> effects) {
        if (effects.isEmpty()) {
            return null;
        }
        ByteBuilder out = new ByteBuilder(128);
        if (effects.size() > 1) {
            RespWriter.command(out, "MULTI");
        }
        Marker marker = null;
        for (Command effect : effects) {
            if (effect.database() != streamDatabase) {
                streamDatabase = effect.database();
                RespWriter.command(out, "SELECT", Integer.toString(streamDatabase));
            }
            write(out, effect.words());
            if (effect.words()[0].equals("SET") && isMarker(effect.words()[1])) {
                marker = MarkerCodec.decode(effect.words()[2].getBytes(ISO_8859_1));
            }
        }
        if (effects.size() > 1) {
            RespWriter.command(out, "EXEC");
        }
        offset += out.length;
        Unit unit = new Unit(out.toBytes(), offset, now, effects.size(), marker);
        stream.add(unit);
        indexByOffset.put(offset, stream.size());
        List.copyOf(followers).forEach(each -> each.accept(effects));
        return unit;
    }

    /// What stands in the stream and is no command of a user.
    void say(String... words) {
        emit(List.of(new Command(0, words)));
    }

    /// Runs what a job brings from the owner.
    void feed(List<Command> commands) {
        fed = true;
        commands.forEach(each -> values.apply(each, new ArrayList<>()));
        fed = false;
        emit(commands);
    }

    /// What makes the key as it is.
    List<Command> copyOf(String key) {
        List<Command> commands = new ArrayList<>();
        Object value = Objects.requireNonNull(values.get(key));
        String name = key.substring(2);
        commands.add(
                value instanceof String text
                        ? new Command(0, "SET", name, text)
                        : new Command(0, "RESTORE", name, "0", values.payloadOf(value)));
        Long expiry = values.expiry(key);
        if (expiry != null) {
            commands.add(new Command(0, "PEXPIREAT", name, Long.toString(expiry)));
        }
        return commands;
    }

    /// Clears a key away that is no more of this node's.
    void unlink(String key) {
        values.move(key, null, null);
        emit(List.of(new Command(0, "UNLINK", key.substring(2))));
    }

    /// Whether a key may expire here now.
    boolean expires(String key) {
        return !fed
                && (importing.isEmpty()
                        || !importing.contains(Slots.of(key.substring(2).getBytes(ISO_8859_1))));
    }

    private boolean isMarker(String key) {
        byte[] bytes = key.getBytes(ISO_8859_1);
        return keys.isMarker(bytes, 0, bytes.length);
    }

    private static void write(ByteBuilder out, String[] words) {
        RespWriter.array(out, words.length);
        for (String word : words) {
            RespWriter.bulk(out, word.getBytes(ISO_8859_1));
        }
    }

    /// The place of the unit behind an offset.
    int indexBehind(long offset) {
        Integer index = indexByOffset.get(offset);
        if (index == null) {
            throw new Violation("nothing in the stream ends at " + offset);
        }
        return index;
    }

    void expireActively(@Nullable SplittableRandom random) {
        for (String key : values.expired()) {
            if (random == null || random.nextInt(10) < 7) {
                List<Command> effects = new ArrayList<>();
                values.expireIfDue(key, effects);
                emit(effects);
            }
        }
    }

    void expire(String key) {
        List<Command> effects = new ArrayList<>();
        values.expireIfDue(key, effects);
        emit(effects);
    }

    /// What MIGRATE does.
    void moveKey(String key, SimSite to) {
        expire(key);
        Object value = values.get(key);
        if (value == null) {
            return;
        }
        to.values.move(key, value, values.expiry(key));
        String name = key.substring(2);
        to.emit(List.of(new Command(0, "RESTORE-ASKING", name, "0", "payload")));
        values.move(key, null, null);
        emit(List.of(new Command(0, "DEL", name)));
    }

    void watch(Object connection, Request.Watch watch) {
        Watched mine = new Watched();
        for (KeyId key : watch.keys()) {
            mine.keys.add(key.database() + "/" + new String(key.name(), ISO_8859_1));
        }
        if (watch.epoch()) {
            mine.keys.add(this.epoch);
        }
        watched.put(connection, mine);
    }

    void unwatch(Object connection) {
        watched.remove(connection);
    }

    @Nullable Marker marker() {
        return marker(MARKER);
    }

    /// @param key with its database
    @Nullable Marker marker(String key) {
        Object value = values.get(key);
        return value == null ? null : MarkerCodec.decode(value.toString().getBytes(ISO_8859_1));
    }

    void setEpoch(long value) {
        local(new Command(0, "SET", epoch.substring(2), Long.toString(value)));
    }

    List<KeyRecord> records(Object connection, List<KeyId> keys) {
        watched.remove(connection);
        List<Command> effects = new ArrayList<>();
        List<KeyRecord> records = new ArrayList<>();
        for (KeyId key : keys) {
            String name = key.database() + "/" + new String(key.name(), ISO_8859_1);
            values.expireIfDue(name, effects);
            records.add(values.record(key, name));
        }
        // The offset was told before: these stand behind it.
        emit(effects);
        return records;
    }

    /// Runs a transaction.
    ///
    /// @return the unit; null when a watched key was touched
    @Nullable Unit execute(Object connection, byte[] wire) {
        Watched mine = watched.remove(connection);
        if (mine != null && mine.touched) {
            return null;
        }
        values.refused.clear();
        values.missed.clear();
        List<Command> effects = new ArrayList<>();
        CommandView view = new CommandView();
        CommandParser parser = new CommandParser();
        int database = 0;
        int at = 0;
        while (at < wire.length) {
            if (!parser.parse(wire, at, wire.length, view)) {
                throw new Violation("a transaction ends in a command");
            }
            at = view.end;
            if (view.isWord(0, "SELECT")) {
                database = Integer.parseInt(view.text(1));
            } else if (!view.isWord(0, "MULTI") && !view.isWord(0, "EXEC")) {
                String[] words = new String[view.argumentCount];
                for (int i = 0; i < words.length; i++) {
                    words[i] = view.text(i);
                }
                Command command = new Command(database, words);
                if (isUnknown(command)) {
                    values.refused.add(new KeyId(database, words[1].getBytes(ISO_8859_1)));
                } else {
                    values.apply(command, effects);
                }
            }
        }
        return emit(effects);
    }

    /// Something that must not happen did.
    static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1;

        Violation(String what) {
            super(what);
        }
    }
}
