package io.syncline.testkit;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Pipelined commands to an instance at rest: each goes to the primary of its key, replies come
/// back in the order of the commands. Follows no redirection: the topology must not change
/// meanwhile.
final class Router implements AutoCloseable {
    private final Map<Endpoint, Wire> wires = new LinkedHashMap<>();
    private final ArrayDeque<Wire> awaited = new ArrayDeque<>();
    private final @Nullable SlotMap slots;
    private final Wire first;
    private final ServerVersion version;

    Router(Instance instance) {
        List<Endpoint> primaries = instance.primaries();
        for (Endpoint primary : primaries) {
            wires.put(primary, primary.connect());
        }
        first = wireOf(primaries.getFirst());
        slots = instance.clustered() ? SlotMap.read(primaries.getFirst()) : null;
        version = versionOf(first);
    }

    static ServerVersion versionOf(Wire wire) {
        String redis = "";
        for (String line : wire.text("INFO", "server").lines().toList()) {
            if (line.startsWith("valkey_version:")) {
                return ServerVersion.parse("valkey-" + after(line));
            }
            if (line.startsWith("redis_version:")) {
                redis = after(line);
            }
        }
        return ServerVersion.parse("redis-" + redis);
    }

    ServerVersion version() {
        return version;
    }

    boolean clustered() {
        return slots != null;
    }

    Collection<Wire> wires() {
        return wires.values();
    }

    Wire first() {
        return first;
    }

    Wire wireFor(byte[] key) {
        return slots == null ? first : wireOf(slots.owner(SlotMap.slot(key)));
    }

    void select(int database) {
        // A cluster of one database refuses SELECT 0 nowhere, but has no other.
        for (Wire wire : wires.values()) {
            wire.call("SELECT", database);
        }
    }

    void send(byte[] key, Object... words) {
        Wire wire = wireFor(key);
        wire.send(words);
        awaited.add(wire);
    }

    /// The next reply.
    ///
    /// @throws redis.clients.jedis.exceptions.JedisDataException when the reply is an error
    @Nullable Object receive() {
        return Wire.checked(receiveAny());
    }

    /// An error is returned, not thrown.
    @Nullable Object receiveAny() {
        return awaited.remove().receive();
    }

    int awaited() {
        return awaited.size();
    }

    /// The databases that hold keys.
    SortedSet<Integer> databases() {
        SortedSet<Integer> found = new TreeSet<>();
        for (Wire wire : wires.values()) {
            for (String line : wire.text("INFO", "keyspace").lines().toList()) {
                if (line.startsWith("db")) {
                    found.add(Integer.parseInt(line.substring(2, line.indexOf(':'))));
                }
            }
        }
        return found;
    }

    /// Sends the same command for each key and collects the replies.
    List<@Nullable Object> ask(List<byte[]> keys, Words words) {
        sendAll(keys, words);
        return receiveAll(keys.size());
    }

    void sendAll(List<byte[]> keys, Words words) {
        for (byte[] key : keys) {
            send(key, words.of(key));
        }
    }

    List<@Nullable Object> receiveAll(int count) {
        List<@Nullable Object> replies = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            replies.add(receive());
        }
        return replies;
    }

    /// The words of a command about one key.
    @FunctionalInterface
    interface Words {
        Object[] of(byte[] key);
    }

    static Object[] words(Object... words) {
        return words;
    }

    @Override
    public void close() {
        wires.values().forEach(Wire::close);
    }

    private Wire wireOf(Endpoint endpoint) {
        Wire wire = wires.get(endpoint);
        if (wire == null) {
            throw new IllegalStateException(
                    endpoint + " owns slots now, but did not when this was opened");
        }
        return wire;
    }

    private static String after(String line) {
        return line.substring(line.indexOf(':') + 1).strip();
    }
}
