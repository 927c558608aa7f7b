package io.syncline.engine.pair;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.Owners;
import io.syncline.engine.twoway.Request;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The keys whose commands a site refuses for good, within a transaction or already when they are
/// queued: they are to be copied as a whole, and a copy that is refused, too, ends the task.
final class Refusals {
    /// A key whose copy is refused so often in a row will not be taken the next time either.
    private static final int MOST = 3;

    /// What HPEXPIREAT answers for a field whose expiry was past.
    private static final int DELETED = 2;

    private static final int NO_FIELD = -2;

    private final Map<KeyId, Integer> copies = new HashMap<>();

    /// Looks at the answers to a transaction of which some command could not be queued, so that
    /// nothing of it was done: an older server may not know it.
    ///
    /// @return none when the transaction was queued, or the refusal is about no key or may pass
    static Set<KeyId> whenQueued(Owners owners, List<Reply> replies) {
        if (!(replies.getLast() instanceof Reply.Failure)) {
            return Set.of();
        }
        Set<KeyId> keys = new HashSet<>();
        for (int i = 0; i < replies.size() - 1; i++) {
            if (replies.get(i) instanceof Reply.Failure failure) {
                List<KeyId> concerned = owners.of(i);
                boolean forGood = ErrorKind.of(failure.text()).remedy() == ErrorKind.Remedy.NONE;
                if (!forGood || concerned.isEmpty()) {
                    return Set.of();
                }
                keys.addAll(concerned);
            }
        }
        return keys;
    }

    /// Looks at the answers to the commands of a transaction that was executed.
    Set<KeyId> within(
            String place, Request.Transaction transaction, Owners owners, List<Reply> items) {
        Set<KeyId> keys = new HashSet<>();
        String reason = "";
        for (int i = 0; i < items.size(); i++) {
            if (items.get(i) instanceof Reply.Failure failure) {
                reason = failure.text();
                // Before the transaction's own commands stands MULTI.
                keys.addAll(owners.of(i + 1));
            }
        }
        for (KeyId key : transaction.marker().transfers().keySet()) {
            if (!keys.contains(key)) {
                copies.remove(key);
            } else if (copies.merge(key, 1, Integer::sum) >= MOST) {
                ErrorKind kind = ErrorKind.of(reason);
                boolean rights = kind == ErrorKind.NOPERM || kind == ErrorKind.OOM;
                throw unrestorable(
                        rights ? ErrorCode.NOT_PERMITTED : ErrorCode.VALUE_REFUSED,
                        place,
                        key,
                        reason);
            }
        }
        return keys;
    }

    /// The keys of which a field is gone that the other site still has: its expiry was past when it
    /// was set here. Unlike a key's, that does not show in the echo, since the other site's own
    /// deletions of fields look the same.
    static Set<KeyId> withFieldsGone(Owners owners, List<Reply> items) {
        Set<KeyId> keys = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            if (owners.expires(i + 1)
                    && items.get(i) instanceof Reply.Items fields
                    && fields.items().stream().anyMatch(Refusals::isGone)) {
                keys.addAll(owners.of(i + 1));
            }
        }
        return keys;
    }

    /// What was made of keys that the transaction then found to be gone: see
    /// [Request.Transaction#madeOf].
    static Set<KeyId> withSourcesGone(
            Request.Transaction transaction, Owners owners, List<Reply> items) {
        Set<KeyId> gone = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            if (owners.deletes(i + 1)
                    && items.get(i) instanceof Reply.Whole answer
                    && answer.value() == 0) {
                gone.addAll(owners.of(i + 1));
            }
        }
        return transaction.madeOf(gone);
    }

    private static boolean isGone(Reply field) {
        return field instanceof Reply.Whole answer
                && (answer.value() == DELETED || answer.value() == NO_FIELD);
    }

    /// Whether a site's epoch is still ours. None at all is a flush's doing; the next transaction
    /// brings it back.
    static void requireOwn(String place, byte[] epoch, Reply found) {
        if (found instanceof Reply.Bulk bulk && !Arrays.equals(bulk.bytes(), epoch)) {
            throw new SynclineException(
                    ErrorCode.SUPERSEDED,
                    place,
                    "another process runs this task",
                    "Let only one run; this one has stopped");
        }
    }

    static SynclineException unrestorable(ErrorCode code, String place, KeyId key, String reason) {
        return new SynclineException(
                code,
                place,
                "key " + key + " cannot be made equal here: its copy is refused: " + reason,
                "Mend the cause, or delete the key on both sides, and start the task again");
    }
}
