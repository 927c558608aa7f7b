package io.syncline.engine.precheck;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.file.FileInspection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.precheck.Finding.Severity;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Files as a source: whether they can be read to their end, and what is in them. Then a node that
/// says of itself what the files say, for the checks of both sides.
final class SourceFile {
    private static final int MOST_NAMED = 8;

    /// Stands where a node has its address; no finding shows it.
    private static final HostPort NOWHERE = new HostPort("file", 1);

    private SourceFile() {}

    static Side look(Instance source, Precheck.Files files, List<Finding> findings) {
        Verdict verdict = new Verdict(Checks.SOURCE_FILE, findings);
        try {
            FileInspection inspection = files.get();
            judge(inspection, verdict);
            return new Side("source", source, List.of(node(inspection)), true);
        } catch (SynclineException e) {
            verdict.add(Severity.ERROR, e.failure());
        } catch (IOException e) {
            verdict.add(
                    Severity.ERROR,
                    new Failure(
                            ErrorCode.SOURCE_FILE_UNUSABLE,
                            source.endpoint().file(),
                            "it cannot be read: " + Failure.words(e),
                            "Check the disk it lies on, or copy it elsewhere"));
        }
        return new Side("source", source, List.of(), false);
    }

    private static void judge(FileInspection files, Verdict verdict) {
        String place = files.named().toString();
        verdict.ok(place, words(files));
        FileInspection.Cut cut = files.cut();
        if (cut.bytes() > 0) {
            verdict.add(
                    Severity.WARNING,
                    new Failure(
                            ErrorCode.SOURCE_FILE_UNUSABLE,
                            cut.file().toString(),
                            "the last "
                                    + Amount.count(cut.bytes(), "byte")
                                    + (cut.bytes() == 1 ? " is" : " are")
                                    + " not applied, being "
                                    + (cut.transaction()
                                            ? "a MULTI without its EXEC"
                                            : "a command without its end")
                                    + "; a server cuts them off, too (aof-load-truncated)",
                            "Nothing, if the server died while it wrote; else take another copy"));
        }
    }

    private static String words(FileInspection files) {
        FileInspection.Rdb rdb = files.rdb();
        StringBuilder text = new StringBuilder();
        if (rdb.isThere()) {
            text.append("an RDB of version ").append(rdb.version());
            if (!rdb.server().isEmpty()) {
                text.append(" by ").append(product(rdb)).append(' ').append(rdb.server());
            }
            text.append(" with ").append(Amount.count(rdb.keyCount(), "key"));
        }
        if (files.commands() > 0 || !rdb.isThere()) {
            text.append(rdb.isThere() ? ", then " : "an append-only file with ")
                    .append(Amount.count(files.commands(), "command"))
                    .append(" (")
                    .append(Amount.bytes(files.streamBytes()))
                    .append(')');
        }
        if (files.parts().size() > 1) {
            text.append(", in ").append(files.parts().size()).append(" files");
        }
        List<String> databases = files.databases().stream().map(Object::toString).toList();
        if (!databases.isEmpty()) {
            text.append(", in ")
                    .append(databases.size() == 1 ? "database " : "databases ")
                    .append(Replies.list(databases, MOST_NAMED));
        }
        return text.append("; every byte was read and is well formed").toString();
    }

    private static String product(FileInspection.Rdb rdb) {
        return rdb.valkey() ? "Valkey" : "Redis";
    }

    private static Node node(FileInspection files) {
        Map<String, String> fields = new HashMap<>();
        FileInspection.Rdb rdb = files.rdb();
        if (rdb.valkey()) {
            fields.put("valkey_version", rdb.server());
        }
        fields.put("redis_version", rdb.server());
        fields.put("role", "master");
        for (int database : files.databases()) {
            fields.put("db" + database, "keys=" + rdb.keys().getOrDefault(database, 0L));
        }
        Node node = new Node(new ServerInfo(NOWHERE, fields), Map.of());
        return new Node(
                new ServerInfo(NOWHERE, fields),
                Map.of(
                        node.commandsQuestion(),
                        new Reply.Nil(),
                        Node.statisticsQuestion(),
                        new Reply.Nil()));
    }
}
