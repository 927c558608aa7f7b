package io.syncline.engine.link;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import redis.clients.jedis.Jedis;

/// Reasons for which a server takes no writes, and how they pass.
enum NodeFault {
    OUT_OF_MEMORY("OOM") {
        @Override
        void befall(RedisServer node) {
            node.command("CONFIG", "SET", "maxmemory", 1);
        }

        @Override
        void pass(RedisServer node) {
            node.command("CONFIG", "SET", "maxmemory", 0);
        }
    },
    /// As with a full disk: the last snapshot could not be written.
    CANNOT_SAVE("MISCONF") {
        @Override
        void befall(RedisServer node) {
            try {
                Files.deleteIfExists(file(node));
                Files.createDirectory(file(node));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            node.command("CONFIG", "SET", "save", "3600 1");
            node.command("BGSAVE");
        }

        @Override
        void pass(RedisServer node) {
            try {
                Files.delete(file(node));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            node.command("BGSAVE");
        }

        private Path file(RedisServer node) {
            return node.folder().resolve("dump.rdb");
        }
    },
    /// Some seconds, as a server does that was restarted with much data.
    LOADING("LOADING") {
        @Override
        void befall(RedisServer node) {
            // Between two keys it waits so long, and looks at its clients.
            node.command("CONFIG", "SET", "key-load-delay", LOAD_DELAY_MICROS);
            node.command("CONFIG", "SET", "loading-process-events-interval-bytes", 1024);
            Thread.ofPlatform().daemon().start(() -> reload(node));
        }

        // On a connection of its own, which is held up as long as it takes.
        private static void reload(RedisServer node) {
            try (Jedis client = node.client()) {
                client.sendCommand(() -> "DEBUG".getBytes(US_ASCII), "RELOAD");
            }
        }

        @Override
        void pass(RedisServer node) {
            node.command("CONFIG", "SET", "key-load-delay", 0);
        }
    },
    MAX_CLIENTS("max number of clients") {
        @Override
        void befall(RedisServer node) {
            node.command("CONFIG", "SET", "maxclients", 1);
            node.command("CLIENT", "KILL", "TYPE", "normal");
        }

        @Override
        void pass(RedisServer node) {
            node.command("CONFIG", "SET", "maxclients", 10_000);
        }
    },
    TOO_FEW_REPLICAS("NOREPLICAS") {
        @Override
        void befall(RedisServer node) {
            node.command("CONFIG", "SET", "min-replicas-to-write", 1);
        }

        @Override
        void pass(RedisServer node) {
            node.command("CONFIG", "SET", "min-replicas-to-write", 0);
        }
    },
    NO_RIGHT("NOPERM") {
        @Override
        void befall(RedisServer node) {
            node.command("ACL", "SETUSER", "default", "-@write");
        }

        @Override
        void pass(RedisServer node) {
            node.command("ACL", "SETUSER", "default", "+@write");
        }
    };

    private static final int LOAD_DELAY_MICROS = 10_000;

    private final String words;

    NodeFault(String words) {
        this.words = words;
    }

    /// What the server says.
    String words() {
        return words;
    }

    abstract void befall(RedisServer node);

    abstract void pass(RedisServer node);
}
