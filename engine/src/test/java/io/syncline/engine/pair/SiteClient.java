package io.syncline.engine.pair;

import io.syncline.testkit.Instance;
import io.syncline.testkit.RedisCluster;
import io.syncline.testkit.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/// A user's connections to a site of either kind: commands go to the owner of their first key, and
/// where that one says when it has moved.
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
        try {
            at(words[1]).sendCommand(() -> name, arguments);
        } catch (JedisMovedDataException e) {
            owners.put(e.getSlot(), at(e));
            call(words);
        } catch (JedisAskDataException e) {
            Jedis asked = clients.computeIfAbsent(at(e), RedisServer::client);
            asked.sendCommand(Protocol.Command.ASKING);
            asked.sendCommand(() -> name, arguments);
        }
    }

    private RedisServer at(JedisRedirectionException to) {
        return ((RedisCluster) instance)
                .nodes().stream()
                        .filter(node -> node.port() == to.getTargetNode().getPort())
                        .findFirst()
                        .orElseThrow();
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
