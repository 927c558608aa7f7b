package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.SlotPairs;
import io.syncline.engine.twoway.StreamPlace;
import io.syncline.engine.twoway.StreamUnit;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What was written at the origin since its first copy was begun for the first time: of a key that
/// only the receiver has, this tells whether the origin had it.
final class OriginPast {
    private static final long LOOK_NANOS = 5_000_000;

    private static final String GAP = "gap";
    private static final String OTHERS = "others";

    private final End origin;
    private final List<SiteStream> streams;
    private final BooleanSupplier stopping;

    /// @param streams the origin's, which nobody reads meanwhile
    /// @param stopping whether to read no more
    OriginPast(End origin, List<SiteStream> streams, BooleanSupplier stopping) {
        this.origin = origin;
        this.streams = List.copyOf(streams);
        this.stopping = stopping;
    }

    /// Forgets an earlier first copy.
    void begin() throws IOException {
        try (Connection connection = open()) {
            call(connection, "DEL");
        }
    }

    /// Notes whether all is known that users wrote to the receiver since the first try.
    ///
    /// @param now whether this try lost nothing of it
    /// @return whether none did
    boolean isWhole(boolean now) throws IOException {
        try (Connection connection = open()) {
            if (!now) {
                call(connection, "HSET", GAP, "1");
            }
            return call(connection, "HGET", GAP) instanceof Reply.Nil;
        }
    }

    /// Notes that the receiver held keys that are to be left alone.
    void noteOthers() throws IOException {
        try (Connection connection = open()) {
            call(connection, "HSET", OTHERS, "1");
        }
    }

    /// Whether [#noteOthers] was called by any try.
    boolean hasOthers() throws IOException {
        try (Connection connection = open()) {
            return !(call(connection, "HGET", OTHERS) instanceof Reply.Nil);
        }
    }

    /// Notes where the first snapshot of a primary was taken. From any thread.
    void begun(String id, long offset) throws IOException {
        try (Connection connection = open()) {
            call(connection, "HSETNX", id, Long.toString(offset));
        }
    }

    /// Whether a key was written since, by a flush, too; null when the origin does not have that
    /// any more.
    @Nullable Predicate<KeyId> written() throws IOException {
        Set<KeyId> keys = new HashSet<>();
        boolean flushed = false;
        for (SiteStream stream : streams) {
            StreamPlace begun;
            long goal;
            try (Connection connection = stream.port.open()) {
                Reply info = connection.call("INFO", "replication");
                goal = Answers.offset(info);
                begun = noted(Answers.streamId(info));
            }
            try {
                if (begun == null || !stream.open(begun)) {
                    return null;
                }
                flushed |= read(stream, goal, keys);
            } catch (SynclineException e) {
                if (e.failure().code() != ErrorCode.POSITION_LOST) {
                    throw e;
                }
                return null;
            } finally {
                stream.forget();
            }
        }
        return flushed ? key -> true : keys::contains;
    }

    private @Nullable StreamPlace noted(String id) throws IOException {
        try (Connection connection = open()) {
            return call(connection, "HGET", id) instanceof Reply.Bulk offset
                    ? new StreamPlace(id, Long.parseLong(offset.utf8()), 0)
                    : null;
        }
    }

    /// @return whether a flush was met
    private boolean read(SiteStream stream, long goal, Set<KeyId> keys) throws IOException {
        boolean flushed = false;
        while (stream.offset() < goal && !stopping.getAsBoolean()) {
            StreamUnit unit = stream.peek();
            if (unit == null) {
                LockSupport.parkNanos(this, LOOK_NANOS);
                continue;
            }
            unit.addKeys(keys);
            flushed |= SlotPairs.isFlush(unit);
            stream.taken();
        }
        return flushed;
    }

    private Connection open() throws IOException {
        Connection connection = origin.openFor(key(origin));
        if (!origin.instance().isCluster()) {
            String database = Integer.toString(origin.keys().database());
            accept(connection, connection.call("SELECT", database));
        }
        return connection;
    }

    private Reply call(Connection connection, String name, String... more) throws IOException {
        byte[][] words = new byte[more.length + 2][];
        words[0] = name.getBytes(UTF_8);
        words[1] = key(origin);
        for (int i = 0; i < more.length; i++) {
            words[i + 2] = more[i].getBytes(UTF_8);
        }
        Reply reply = connection.call(words);
        accept(connection, reply);
        return reply;
    }

    static byte[] key(End end) {
        return (new String(end.keys().ofTask(), UTF_8) + "pair-origin").getBytes(UTF_8);
    }

    private static void accept(Connection connection, Reply reply) throws IOException {
        Answers.accept(connection.address().toString(), List.of(reply));
    }
}
