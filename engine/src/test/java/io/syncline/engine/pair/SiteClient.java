package io.syncline.engine.pair;

import io.syncline.testkit.Instance;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import redis.clients.jedis.Jedis;

/// A user's connections to a site of either kind: commands go to the owner of their first key,
/// which stays who it is.
final class SiteClient implements AutoCloseable {
    private final Instance instance;
    private final Map<Integer, RedisServer> owners = new HashMap<>();
    private final Map<RedisServer, Jedis> clients = new HashMap<>();

    SiteClient(Instance instance) {
        this.instance = instance;
    }

    /// The connection to the owner of a key.
    Jedis at(String key) {
        RedisServer server =
                switch (instance) {
                    case RedisServer standalone -> standalone;
                    case RedisCluster cluster ->
                            owners.computeIfAbsent(RedisCluster.slot(key), cluster::ownerOf);
                    case Instance.Reachable other -> throw new IllegalStateException("" + other);
                };
        return clients.computeIfAbsent(server, RedisServer::client);
    }

    /// Any command; the second word is its first key. Wrong types are part of the game.
    void call(String... words) {
        byte[][] arguments = new byte[words.length - 1][];
        for (int i = 1; i < words.length; i++) {
            arguments[i - 1] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        byte[] name = words[0].getBytes(StandardCharsets.UTF_8);
        at(words[1]).sendCommand(() -> name, arguments);
    }

    String get(String key) {
        String value = at(key).get(key);
        return value == null ? "" : value;
    }

    @Override
    public void close() {
        clients.values().forEach(Jedis::close);
    }
}
