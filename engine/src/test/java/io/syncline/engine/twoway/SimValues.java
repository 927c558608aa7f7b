package io.syncline.engine.twoway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.twoway.SimSite.Command;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The keys of a simulated server and what commands do to them, with the effects that go into the
/// stream. Values are never changed in place, so that a record of one stays what it was.
final class SimValues {
    /// Payloads name values that are kept here, since a DUMP of a simulated value has no bytes.
    private final List<Object> payloads;

    private final SimSite site;
    private final Map<String, Object> data = new HashMap<>();
    private final Map<String, Long> expiries = new HashMap<>();

    /// What the last transaction was to do and is not known here.
    final Set<KeyId> refused = new HashSet<>();

    /// What the last transaction was to delete and was not there.
    final Set<KeyId> missed = new HashSet<>();

    SimValues(SimSite site, List<Object> payloads) {
        this.site = site;
        this.payloads = payloads;
    }

    @Nullable Object get(String key) {
        return data.get(key);
    }

    /// All keys but the pair's own.
    Map<String, Object> userData() {
        Map<String, Object> copy = new TreeMap<>(data);
        copy.keySet().removeIf(key -> key.startsWith("0/__syncline:"));
        return copy;
    }

    /// All keys, the pair's own too.
    Set<String> keys() {
        return new TreeSet<>(data.keySet());
    }

    /// Takes a key away, or brings it, as a move of its slot does.
    void move(String key, @Nullable Object value, @Nullable Long expiry) {
        if (value == null) {
            data.remove(key);
        } else {
            data.put(key, value);
        }
        expiries.remove(key);
        if (expiry != null) {
            expiries.put(key, expiry);
        }
        site.touch(key);
    }

    @Nullable Long expiry(String key) {
        return expiries.get(key);
    }

    Map<String, Long> expiries() {
        return new TreeMap<>(expiries);
    }

    boolean anyExpiresBefore(long millis) {
        return expiries.values().stream().anyMatch(at -> at < millis);
    }

    List<String> expired() {
        List<String> keys = new ArrayList<>();
        expiries.forEach((key, at) -> {
            if (at <= site.clock() && site.expires(key)) {
                keys.add(key);
            }
        });
        keys.sort(null);
        return keys;
    }

    void expireIfDue(String key, List<Command> effects) {
        Long at = expiries.get(key);
        if (at != null && at <= site.clock() && site.expires(key)) {
            expiries.remove(key);
            data.remove(key);
            effects.add(delete(key));
            site.touchByExpiry(key);
        }
    }

    private static Command delete(String key) {
        return new Command(Integer.parseInt(key.substring(0, 1)), "DEL", key.substring(2));
    }

    KeyRecord record(KeyId id, String key) {
        Object value = data.get(key);
        Long at = expiries.get(key);
        return new KeyRecord(id, payload(value), at == null ? KeyRecord.NEVER : at);
    }

    private byte @Nullable [] payload(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        return payloadOf(value).getBytes(US_ASCII);
    }

    /// What RESTORE takes for a value.
    String payloadOf(Object value) {
        payloads.add(value);
        return Integer.toString(payloads.size() - 1);
    }

    private void put(String key, @Nullable Object value) {
        if (value == null || isEmpty(value)) {
            data.remove(key);
            expiries.remove(key);
        } else {
            data.put(key, value);
        }
        site.touch(key);
    }

    private static boolean isEmpty(Object value) {
        return switch (value) {
            case List<?> list -> list.isEmpty();
            case TreeSet<?> set -> set.isEmpty();
            case TreeMap<?, ?> map -> map.isEmpty();
            default -> false;
        };
    }

    void apply(Command command, List<Command> effects) {
        String name = command.words()[0];
        if (name.equals("FLUSHALL") || name.equals("FLUSHDB")) {
            flush(name.equals("FLUSHALL") ? "" : command.database() + "/");
            effects.add(command);
            return;
        }
        String key = command.key(1);
        expireIfDue(key, effects);
        Object value = data.get(key);
        switch (name) {
            case "DEL", "UNLINK" -> {
                if (value != null) {
                    put(key, null);
                    effects.add(command);
                } else {
                    byte[] gone = command.words()[1].getBytes(ISO_8859_1);
                    missed.add(new KeyId(command.database(), gone));
                }
            }
            case "PEXPIREAT" ->
                    expireAt(command, key, value, Long.parseLong(command.words()[2]), effects);
            case "PEXPIRE" -> {
                long millis = Long.parseLong(command.words()[2]);
                expireAt(command, key, value, site.clock() + millis, effects);
            }
            case "PERSIST" -> {
                if (expiries.remove(key) != null) {
                    site.touch(key);
                    effects.add(command);
                }
            }
            case "RENAME", "COPY", "MOVE" -> copy(command, key, value, effects);
            case "RESTORE" -> {
                data.put(key, payloads.get(Integer.parseInt(command.words()[3])));
                expiries.remove(key);
                site.touch(key);
                effects.add(command);
            }
            default -> {
                Object changed = changed(command, value);
                if (changed != null) {
                    if (name.equals("SET")) {
                        expiries.remove(key);
                    }
                    put(key, changed);
                    effects.add(command);
                }
            }
        }
    }

    private void flush(String prefix) {
        Map<String, Object> gone = new HashMap<>(data);
        gone.keySet().removeIf(key -> !key.startsWith(prefix));
        site.touchAll(gone);
        data.keySet().removeAll(gone.keySet());
        expiries.keySet().removeAll(gone.keySet());
    }

    private void expireAt(
            Command command, String key, @Nullable Object value, long at, List<Command> effects) {
        if (value == null) {
            return;
        }
        if (at <= site.clock() && site.expires(key)) {
            put(key, null);
            effects.add(delete(key));
        } else {
            expiries.put(key, at);
            site.touch(key);
            effects.add(command);
        }
    }

    private void copy(Command command, String from, @Nullable Object value, List<Command> effects) {
        if (value == null) {
            return;
        }
        String[] words = command.words();
        boolean moves = words[0].equals("MOVE");
        String to =
                moves
                        ? words[2] + "/" + words[1]
                        : words.length > 3 ? words[4] + "/" + words[2] : command.key(2);
        expireIfDue(to, effects);
        if (moves && data.containsKey(to)) {
            return;
        }
        Long at = expiries.get(from);
        if (!words[0].equals("COPY")) {
            data.remove(from);
            expiries.remove(from);
            site.touch(from);
        }
        data.put(to, value);
        expiries.remove(to);
        if (at != null) {
            expiries.put(to, at);
        }
        site.touch(to);
        effects.add(command);
    }

    /// The new value, or null when the command has no effect: nothing to do, or a wrong type.
    private static @Nullable Object changed(Command command, @Nullable Object value) {
        String[] words = command.words();
        return switch (words[0]) {
            case "SET" -> words[2];
            case "APPEND" ->
                    value == null || value instanceof String ? text(value) + words[2] : null;
            case "INCRBY" -> {
                String text = value == null ? "0" : value instanceof String s ? s : "";
                yield text.matches("-?[0-9]{1,15}")
                        ? Long.toString(Long.parseLong(text) + Long.parseLong(words[2]))
                        : null;
            }
            case "SADD", "SREM" -> member(words, value);
            case "HSET", "HDEL" -> field(words, value);
            case "RPUSH", "LPOP" -> element(words, value);
            default -> throw new IllegalArgumentException(words[0]);
        };
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    private static @Nullable Object member(String[] words, @Nullable Object value) {
        if (value != null && !(value instanceof TreeSet<?>)) {
            return null;
        }
        TreeSet<Object> set = new TreeSet<>();
        if (value instanceof TreeSet<?> old) {
            set.addAll(old);
        }
        boolean changed = words[0].equals("SADD") ? set.add(words[2]) : set.remove(words[2]);
        return changed ? set : null;
    }

    private static @Nullable Object field(String[] words, @Nullable Object value) {
        if (value != null && !(value instanceof TreeMap<?, ?>)) {
            return null;
        }
        TreeMap<Object, Object> map = new TreeMap<>();
        if (value instanceof TreeMap<?, ?> old) {
            map.putAll(old);
        }
        if (words[0].equals("HSET")) {
            map.put(words[2], words[3]);
            return map;
        }
        return map.remove(words[2]) != null ? map : null;
    }

    private static @Nullable Object element(String[] words, @Nullable Object value) {
        boolean push = words[0].equals("RPUSH");
        boolean wrong = value != null && !(value instanceof List<?>);
        if (wrong || (!push && value == null)) {
            return null;
        }
        List<Object> list = value == null ? new ArrayList<>() : new ArrayList<>((List<?>) value);
        if (push) {
            list.add(words[2]);
        } else {
            list.removeFirst();
        }
        return list;
    }
}
