package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.target.OwnKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Whether the account may write what a task writes. Asked by ACL DRYRUN since 7.0; where that is
/// not allowed, and in 6.x, by queueing the commands in a transaction that is then discarded, since
/// rights are looked at when a command is queued (server.c `processCommand`).
final class TargetRights {
    private static final String OWN_KEY = OwnKeys.PREFIX + "precheck";

    /// Stands for all keys of users: what refuses it refuses some of them.
    private static final String ANY_KEY = "syncline-precheck";

    private static final List<List<String>> OWN =
            List.of(
                    List.of("GET", OWN_KEY),
                    List.of("SET", OWN_KEY, "1"),
                    List.of("DEL", OWN_KEY),
                    List.of("EXISTS", OWN_KEY),
                    List.of("PEXPIRE", OWN_KEY, "1"),
                    List.of("PEXPIREAT", OWN_KEY, "1"),
                    List.of("HSET", OWN_KEY, "field", "1"),
                    List.of("HSETNX", OWN_KEY, "field", "1"),
                    List.of("HDEL", OWN_KEY, "field"),
                    List.of("HINCRBY", OWN_KEY, "field", "1"),
                    List.of("HGETALL", OWN_KEY),
                    List.of("RESTORE", OWN_KEY, "0", "x", "REPLACE"),
                    List.of("SELECT", "0"));

    private static final List<String> WATCH = List.of("WATCH", OWN_KEY);

    /// Not to be queued: they end, begin or guard a transaction.
    private static final List<List<String>> TRANSACTION =
            List.of(WATCH, List.of("MULTI"), List.of("EXEC"));

    private static final List<String> GUARD = List.of(TargetNode.GUARD, "return 1", "1", OWN_KEY);

    private static final List<String> ANY = List.of("SET", ANY_KEY, "1");

    static final Check.Questions QUESTIONS = TargetRights::questions;

    private TargetRights() {}

    /// Without it, keys that were held while the target was behind would not get their true expiry.
    private static List<String> lifetime(Node node) throws IOException {
        return List.of(node.isSince(7, 0) ? "PEXPIRETIME" : "PTTL", OWN_KEY);
    }

    private static List<List<String>> questions(Node node, Plan plan) throws IOException {
        List<List<String>> questions = new ArrayList<>();
        if (node.isSince(7, 0) && !node.user().isEmpty()) {
            List<List<String>> commands = new ArrayList<>(OWN);
            commands.add(lifetime(node));
            commands.addAll(TRANSACTION);
            commands.add(GUARD);
            commands.add(ANY);
            for (List<String> command : commands) {
                questions.add(dryRun(node, command));
            }
        }
        return questions;
    }

    private static List<String> dryRun(Node node, List<String> command) throws IOException {
        List<String> question = new ArrayList<>(List.of("ACL", "DRYRUN", node.user()));
        question.addAll(command);
        return List.copyOf(question);
    }

    static void judge(Node node, Plan plan, Verdict verdict) throws IOException {
        if (!node.isSince(6, 0)) {
            verdict.ok(node.address(), "the server has no accounts: everyone may write");
            return;
        }
        Asker asker = asker(node);
        if (asker == null) {
            Reply multi = node.ask("MULTI");
            if (isRefusal(multi)) {
                refused(node, Replies.text(multi), verdict);
            } else {
                verdict.unknown(node, "the right to write", Replies.text(multi));
            }
            return;
        }
        List<List<String>> required = new ArrayList<>(OWN);
        required.add(lifetime(node));
        required.addAll(asker.transaction());
        for (List<String> command : required) {
            String refusal = asker.refusal(command);
            if (refusal != null) {
                refused(node, refusal, verdict);
                return;
            }
        }
        String guard = asker.refusal(GUARD);
        if (guard != null) {
            verdict.warning(
                    node.address(),
                    ErrorCode.NOT_PERMITTED,
                    "the account may not run EVAL, so each batch waits for the one before, which is"
                            + " slower: "
                            + guard,
                    "Allow the account +eval");
        }
        String any = asker.refusal(ANY);
        if (any != null) {
            verdict.warning(
                    node.address(),
                    ErrorCode.NOT_PERMITTED,
                    "the account may write some keys only: " + any,
                    "Allow the account ~*, unless every key of the source fits its patterns");
        }
        if (guard == null && any == null) {
            verdict.ok(node.address(), "the account may write all keys");
        }
    }

    private static void refused(Node node, String refusal, Verdict verdict) {
        verdict.error(
                node.address(),
                ErrorCode.NOT_PERMITTED,
                "the account may not write what a task writes: " + refusal,
                "Allow the account +@all -@admin ~*, or at least +@read +@write +@keyspace"
                        + " +@transaction +@scripting +@connection on all keys");
    }

    private static boolean isRefusal(Reply reply) {
        return reply instanceof Reply.Failure failure && failure.kind() == ErrorKind.NOPERM;
    }

    private static @Nullable Asker asker(Node node) throws IOException {
        if (node.isSince(7, 0)
                && !node.user().isEmpty()
                && !(node.ask(dryRun(node, ANY).toArray(String[]::new)) instanceof Reply.Failure)) {
            return new DryRun(node);
        }
        if (!(node.askNow("MULTI") instanceof Reply.Text)) {
            return null;
        }
        List<List<String>> queued = new ArrayList<>(OWN);
        queued.add(lifetime(node));
        queued.add(GUARD);
        queued.add(ANY);
        queued.add(WATCH);
        List<List<String>> all = new ArrayList<>(queued);
        all.add(List.of("DISCARD"));
        node.prefetch(all);
        return new Queued(node);
    }

    /// Says why a command is refused, or null when it is not.
    private sealed interface Asker {
        @Nullable String refusal(List<String> command) throws IOException;

        /// What of a transaction can be asked about in this way.
        List<List<String>> transaction();
    }

    private record DryRun(Node node) implements Asker {
        @Override
        public @Nullable String refusal(List<String> command) throws IOException {
            return node.ask(dryRun(node, command).toArray(String[]::new)) instanceof Reply.Bulk text
                    ? text.utf8()
                    : null;
        }

        @Override
        public List<List<String>> transaction() {
            return TRANSACTION;
        }
    }

    private record Queued(Node node) implements Asker {
        @Override
        public @Nullable String refusal(List<String> command) throws IOException {
            Reply reply = node.ask(command.toArray(String[]::new));
            return isRefusal(reply) ? Replies.text(reply) : null;
        }

        /// Whether it may be begun is seen, and WATCH is answered at once even within one.
        @Override
        public List<List<String>> transaction() {
            return List.of(WATCH);
        }
    }
}
