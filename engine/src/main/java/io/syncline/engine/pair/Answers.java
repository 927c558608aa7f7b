package io.syncline.engine.pair;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.KeyRecord;
import io.syncline.engine.twoway.Marker;
import io.syncline.engine.twoway.Owners;
import io.syncline.engine.twoway.RequestEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reads the answers of a site.
final class Answers {
    private static final String OFFSET = "master_repl_offset:";
    private static final String STREAM = "master_replid:";

    /// A plain hash, whose length follows.
    private static final byte RDB_TYPE_HASH = 4;

    private Answers() {}

    /// A refusal that passes, that another node would not make, or that someone can take back is an
    /// [IOException]: worth a new connection. Any other is final.
    static IOException refused(String place, String text) {
        return switch (ErrorKind.of(text).remedy()) {
            case RETRY, REDIRECT -> new IOException(text);
            case OPERATOR -> new RightsException(text);
            case CAUSE, NONE ->
                    throw new SynclineException(
                            ErrorCode.COMMAND_REFUSED,
                            place,
                            "the instance refuses what the other one has executed: " + text,
                            "Mend the cause there and start the task again: it goes on in front of"
                                    + " that command");
        };
    }

    /// Whether a node of a cluster has not done what it was asked since the keys are at another
    /// one, or on their way.
    static boolean isDisplaced(List<Reply> replies) {
        for (Reply reply : replies) {
            if (reply instanceof Reply.Failure failure) {
                switch (ErrorKind.of(failure.text())) {
                    case MOVED, ASK, TRYAGAIN -> {
                        return true;
                    }
                    default -> {}
                }
            }
        }
        return false;
    }

    /// Sends what an encoder holds, and waits for all answers.
    static List<Reply> exchange(Connection connection, RequestEncoder encoder) throws IOException {
        connection.send(encoder.out());
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < encoder.owners().count(); i++) {
            replies.add(connection.replies().read());
        }
        return accept(connection.address().toString(), replies);
    }

    /// Every answer but errors will do.
    static List<Reply> accept(String place, List<Reply> replies) throws IOException {
        for (Reply reply : replies) {
            if (reply instanceof Reply.Failure failure
                    && ErrorKind.of(failure.text()) != ErrorKind.EXECABORT) {
                throw refused(place, failure.text());
            }
        }
        return replies;
    }

    /// The offset in an answer to INFO.
    static long offset(Reply info) throws IOException {
        String text = field(info, OFFSET);
        if (text.isEmpty()) {
            throw new IOException("INFO does not tell the offset: " + info);
        }
        return Long.parseLong(text);
    }

    /// What the stream is called, in an answer to INFO; empty before 4.0.
    static String streamId(Reply info) {
        return field(info, STREAM);
    }

    /// A field of an answer to INFO; empty where it is missing.
    ///
    /// @param name with the colon behind it
    static String field(Reply info, String name) {
        if (info instanceof Reply.Bulk bulk) {
            String text = bulk.utf8();
            int at = text.indexOf(name);
            if (at >= 0) {
                int from = at + name.length();
                int end = text.indexOf('\r', from);
                return text.substring(from, end < 0 ? text.length() : end);
            }
        }
        return "";
    }

    static @Nullable Marker marker(String place, Reply reply) {
        if (!(reply instanceof Reply.Bulk bulk)) {
            return null;
        }
        try {
            return Marker.decode(bulk.bytes());
        } catch (IllegalArgumentException e) {
            throw new SynclineException(
                    ErrorCode.POSITION_LOST,
                    place,
                    e.getMessage() + " ('" + shortened(bulk) + "')",
                    "Somebody changed the task's own key: start once with --resync-from source or"
                            + " --resync-from target");
        }
    }

    private static String shortened(Reply.Bulk bulk) {
        String text = new String(bulk.bytes(), StandardCharsets.ISO_8859_1);
        return text.length() > 40 ? text.substring(0, 40) + "..." : text;
    }

    /// What EXEC answered to the question for records: the offset, the time, then two answers per
    /// key.
    ///
    /// @param absolute whether expiries are told as Unix time
    /// @param owners of the commands, beginning with MULTI
    static List<KeyRecord> records(List<Reply> items, Owners owners, boolean absolute)
            throws IOException {
        long now = time(items.get(1));
        List<KeyRecord> records = new ArrayList<>();
        int at = 2;
        while (at + 1 < items.size()) {
            List<KeyId> owner = owners.of(at + 1);
            if (owner.isEmpty()) {
                // A SELECT between keys of two databases.
                at++;
                continue;
            }
            byte[] payload = items.get(at) instanceof Reply.Bulk bulk ? payload(bulk) : null;
            long expires = KeyRecord.NEVER;
            if (items.get(at + 1) instanceof Reply.Whole whole && whole.value() >= 0) {
                expires = absolute ? whole.value() : now + whole.value();
            }
            records.add(new KeyRecord(owner.getFirst(), payload, expires));
            at += 2;
        }
        return records;
    }

    /// Valkey 9 makes a hash without any field of one whose fields have all expired when it is
    /// copied (as seen on 9.1.2). No server restores that, and whoever reads it finds nothing.
    private static byte @Nullable [] payload(Reply.Bulk dumped) {
        byte[] bytes = dumped.bytes();
        boolean empty = bytes.length > 1 && bytes[0] == RDB_TYPE_HASH && bytes[1] == 0;
        return empty ? null : bytes;
    }

    private static long time(Reply reply) throws IOException {
        if (reply instanceof Reply.Items items
                && items.items().size() == 2
                && items.items().get(0) instanceof Reply.Bulk seconds
                && items.items().get(1) instanceof Reply.Bulk micros) {
            return TimeUnit.SECONDS.toMillis(Long.parseLong(seconds.utf8()))
                    + TimeUnit.MICROSECONDS.toMillis(Long.parseLong(micros.utf8()));
        }
        throw new IOException("TIME is answered with " + reply);
    }
}
