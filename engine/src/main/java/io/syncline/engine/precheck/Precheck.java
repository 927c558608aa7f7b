package io.syncline.engine.precheck;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.precheck.Finding.Severity;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Looks at both sides before a start, and writes nothing. Every check adds one finding, also when
/// all is well, so that a user sees what was looked at.
public final class Precheck {
    private final Instance source;
    private final Instance target;
    private final SortedMap<Integer, Integer> databases;
    private final boolean mayHoldKeys;
    private final boolean resumes;
    private final List<Finding> findings = new ArrayList<>();

    /// Describes what is planned.
    ///
    /// @param databases source to target; empty: all to themselves
    /// @param mayHoldKeys whether keys at the target are no reason to stop
    /// @param resumes whether the target already knows this task
    public Precheck(
            Instance source,
            Instance target,
            SortedMap<Integer, Integer> databases,
            boolean mayHoldKeys,
            boolean resumes) {
        this.source = source;
        this.target = target;
        this.databases = databases;
        this.mayHoldKeys = mayHoldKeys;
        this.resumes = resumes;
    }

    /// Runs every check.
    public List<Finding> run() {
        List<ServerInfo> sources = reach("source", source);
        List<ServerInfo> targets = reach("target", target);
        for (ServerInfo node : sources) {
            replication(node);
            persistence(node);
        }
        for (ServerInfo node : targets) {
            writable(node);
            eviction(node);
        }
        if (!sources.isEmpty() && !targets.isEmpty()) {
            different(sources, targets);
            versions(sources.getFirst(), targets.getFirst());
            databaseCount(sources, targets);
            memory(sources, targets);
            empty(targets);
        }
        return List.copyOf(findings);
    }

    private void ok(String check, String place, String reason) {
        findings.add(new Finding(check, Severity.OK, place, ErrorCode.BAD_OPTION, reason, ""));
    }

    private void warn(String check, String place, ErrorCode code, String reason, String remedy) {
        findings.add(new Finding(check, Severity.WARNING, place, code, reason, remedy));
    }

    private void error(String check, String place, ErrorCode code, String reason, String remedy) {
        findings.add(new Finding(check, Severity.ERROR, place, code, reason, remedy));
    }

    private List<ServerInfo> reach(String side, Instance instance) {
        List<ServerInfo> nodes = new ArrayList<>();
        String place = instance.endpoint().addresses().getFirst().toString();
        try {
            for (Instance.Shard shard : instance.shards()) {
                place = shard.primary().toString();
                ServerInfo info = info(instance, shard.primary());
                nodes.add(info);
                ok(side + "-connection", place, info.product() + " answers");
            }
        } catch (SynclineException e) {
            Failure failure = e.failure();
            error(
                    side + "-connection",
                    failure.place(),
                    failure.code(),
                    failure.reason(),
                    failure.remedy());
        } catch (IOException e) {
            error(
                    side + "-connection",
                    place,
                    ErrorCode.UNREACHABLE,
                    "the " + side + " cannot be reached: " + words(e),
                    "Check host and port, that the server runs and listens on that address, and that"
                            + " firewalls and allow lists let this machine through");
        }
        return nodes;
    }

    private static ServerInfo info(Instance instance, HostPort node) throws IOException {
        try (Connection connection = instance.connector().open(node)) {
            return ServerInfo.read(connection);
        }
    }

    private void replication(ServerInfo node) {
        String place = node.address().toString();
        try (Connection connection = source.connector().open(node.address())) {
            String refusal = refusal(connection, "REPLCONF", "capa", "psync2");
            if (refusal == null) {
                refusal = psyncRefusal(connection, node);
            }
            if (refusal != null) {
                error(
                        "source-replication",
                        place,
                        ErrorCode.PSYNC_REFUSED,
                        "the source does not let this account replicate: " + refusal,
                        "Allow the account +psync +replconf +ping +info, or ask the provider to"
                                + " open replication for it; a proxy cannot be a source");
                return;
            }
            ok("source-replication", place, "PSYNC is allowed");
        } catch (IOException e) {
            error(
                    "source-replication",
                    place,
                    ErrorCode.UNREACHABLE,
                    "the source cannot be asked: " + words(e),
                    "Check the connection");
        }
        if (!node.isPrimary()) {
            if (node.field("master_link_status").equals("up")) {
                warn(
                        "source-role",
                        place,
                        ErrorCode.SOURCE_NOT_READY,
                        "the source is a replica: no heartbeat can be written, so the latency in"
                                + " milliseconds is unknown",
                        "Name the primary, if it may bear the load");
            } else {
                error(
                        "source-role",
                        place,
                        ErrorCode.SOURCE_NOT_READY,
                        "the source is a replica that has lost its own primary "
                                + node.field("master_host")
                                + ":"
                                + node.field("master_port"),
                        "Bring its primary back, or name another node");
            }
        }
    }

    /// Asks without starting a replication: by ACL where there is one, else by COMMAND INFO.
    private static @Nullable String psyncRefusal(Connection connection, ServerInfo node)
            throws IOException {
        if (node.major() >= 7) {
            Reply user = connection.call("ACL", "WHOAMI");
            if (user instanceof Reply.Bulk name) {
                Reply verdict = connection.call("ACL", "DRYRUN", name.utf8(), "PSYNC", "?", "-1");
                if (verdict instanceof Reply.Bulk text && !text.utf8().equals("OK")) {
                    return text.utf8();
                }
                return null;
            }
        }
        Reply known = connection.call("COMMAND", "INFO", "psync");
        return known instanceof Reply.Items items
                        && !items.items().isEmpty()
                        && items.items().getFirst() instanceof Reply.Nil
                ? "it knows no PSYNC (renamed, or a service that hides it)"
                : null;
    }

    private static @Nullable String refusal(Connection connection, String... command)
            throws IOException {
        return connection.call(command) instanceof Reply.Failure failure
                        && (failure.kind() == ErrorKind.NOPERM
                                || failure.kind() == ErrorKind.UNKNOWN_COMMAND)
                ? failure.text()
                : null;
    }

    private void persistence(ServerInfo node) {
        long backlog = node.number("repl_backlog_size");
        if (backlog >= 0 && backlog < 16L << 20) {
            warn(
                    "source-backlog",
                    node.address().toString(),
                    ErrorCode.POSITION_LOST,
                    "repl-backlog-size is "
                            + (backlog >> 10)
                            + " KB: a link that is down while more than that is written needs a new"
                            + " snapshot",
                    "CONFIG SET repl-backlog-size 256mb at the source");
        } else {
            ok("source-backlog", node.address().toString(), "repl-backlog-size is enough");
        }
    }

    private void writable(ServerInfo node) {
        String place = node.address().toString();
        if (!node.isPrimary()) {
            error(
                    "target-role",
                    place,
                    ErrorCode.TARGET_READ_ONLY,
                    "the target is a replica of "
                            + node.field("master_host")
                            + ":"
                            + node.field("master_port"),
                    "Name its primary");
            return;
        }
        ok("target-role", place, "the target is a primary");
        try (Connection connection = target.connector().open(node.address())) {
            for (String command : List.of("SET", "RESTORE", "MULTI", "EXEC", "WATCH")) {
                Reply known = connection.call("COMMAND", "INFO", command);
                if (known instanceof Reply.Items items
                        && !items.items().isEmpty()
                        && items.items().getFirst() instanceof Reply.Nil) {
                    error(
                            "target-commands",
                            place,
                            ErrorCode.TARGET_UNSUITABLE,
                            "the target knows no " + command,
                            "Name the node itself, not a proxy, and undo its rename-command");
                }
            }
            writeRights(connection, node);
        } catch (IOException e) {
            error(
                    "target-commands",
                    place,
                    ErrorCode.UNREACHABLE,
                    "the target cannot be asked: " + words(e),
                    "Check the connection");
        }
    }

    private void writeRights(Connection connection, ServerInfo node) throws IOException {
        if (node.major() < 7) {
            return;
        }
        Reply user = connection.call("ACL", "WHOAMI");
        if (!(user instanceof Reply.Bulk name)) {
            return;
        }
        String[][] needed = {
            {"SET", "__syncline:precheck", "1"},
            {"RESTORE", "__syncline:precheck", "0", "x", "REPLACE"},
            {"WATCH", "__syncline:precheck"},
            {"MULTI"},
            {"EXEC"},
            {"DEL", "__syncline:precheck"}
        };
        for (String[] command : needed) {
            String[] dryRun = new String[command.length + 3];
            dryRun[0] = "ACL";
            dryRun[1] = "DRYRUN";
            dryRun[2] = name.utf8();
            System.arraycopy(command, 0, dryRun, 3, command.length);
            if (connection.call(dryRun) instanceof Reply.Bulk text && !text.utf8().equals("OK")) {
                error(
                        "target-rights",
                        node.address().toString(),
                        ErrorCode.NOT_PERMITTED,
                        text.utf8(),
                        "Give the account read and write rights on all keys");
                return;
            }
        }
        ok("target-rights", node.address().toString(), "the account may write");
    }

    private void eviction(ServerInfo node) {
        String policy = node.field("maxmemory_policy");
        if (node.number("maxmemory") > 0 && !policy.equals("noeviction") && !policy.isEmpty()) {
            warn(
                    "target-eviction",
                    node.address().toString(),
                    ErrorCode.TARGET_UNSUITABLE,
                    "maxmemory-policy is " + policy + ": the target may drop keys silently",
                    "CONFIG SET maxmemory-policy noeviction at the target");
        } else {
            ok("target-eviction", node.address().toString(), "no key is evicted");
        }
    }

    private void different(List<ServerInfo> sources, List<ServerInfo> targets) {
        for (ServerInfo one : sources) {
            for (ServerInfo other : targets) {
                if (!one.runId().isEmpty() && one.runId().equals(other.runId())) {
                    error(
                            "different-instances",
                            one.address().toString(),
                            ErrorCode.SAME_INSTANCE,
                            "source and target are the same server (run id " + one.runId() + ")",
                            "Name two different instances");
                    return;
                }
                if (one.isPrimary() != other.isPrimary()
                        && one.replicationId().equals(other.replicationId())) {
                    error(
                            "different-instances",
                            one.address().toString(),
                            ErrorCode.SAME_INSTANCE,
                            "source and target are primary and replica of each other",
                            "Name two different instances");
                    return;
                }
            }
        }
        ok("different-instances", sources.getFirst().address().toString(), "they are two servers");
    }

    private void versions(ServerInfo from, ServerInfo to) {
        String place = to.address().toString();
        boolean older =
                from.isValkey() == to.isValkey()
                        ? from.major() > to.major()
                                || from.major() == to.major() && from.minor() > to.minor()
                        : from.major() > 7 || !to.isValkey() && to.major() < 7;
        if (older) {
            warn(
                    "versions",
                    place,
                    ErrorCode.TARGET_UNSUITABLE,
                    "the source is "
                            + from.product()
                            + ", the target "
                            + to.product()
                            + ": what the target does not know will be refused",
                    "Upgrade the target, or watch the refused commands");
        } else {
            ok("versions", place, from.product() + " to " + to.product());
        }
    }

    private void databaseCount(List<ServerInfo> sources, List<ServerInfo> targets) {
        int highest = 0;
        for (ServerInfo node : sources) {
            for (int database : node.keysByDatabase().keySet()) {
                Integer mapped =
                        databases.isEmpty() ? Integer.valueOf(database) : databases.get(database);
                highest = Math.max(highest, mapped == null ? 0 : mapped);
            }
        }
        for (int mapped : databases.values()) {
            highest = Math.max(highest, mapped);
        }
        ServerInfo node = targets.getFirst();
        try (Connection connection = target.connector().open(node.address())) {
            if (highest > 0
                    && connection.call("SELECT", Integer.toString(highest))
                            instanceof Reply.Failure failure) {
                error(
                        "target-databases",
                        node.address().toString(),
                        ErrorCode.TARGET_UNSUITABLE,
                        "database "
                                + highest
                                + " is needed and the target answers: "
                                + failure.text(),
                        "Map databases with --databases, for example " + highest + ":0");
                return;
            }
            ok("target-databases", node.address().toString(), "every database is there");
        } catch (IOException e) {
            error(
                    "target-databases",
                    node.address().toString(),
                    ErrorCode.UNREACHABLE,
                    "the target cannot be asked: " + words(e),
                    "Check the connection");
        }
    }

    private void memory(List<ServerInfo> sources, List<ServerInfo> targets) {
        long used =
                sources.stream().mapToLong(node -> Math.max(0, node.number("used_memory"))).sum();
        long limit =
                targets.stream().mapToLong(node -> Math.max(0, node.number("maxmemory"))).sum();
        boolean limited = targets.stream().allMatch(node -> node.number("maxmemory") > 0);
        String place = targets.getFirst().address().toString();
        if (limited && limit < used * 11 / 10) {
            warn(
                    "target-memory",
                    place,
                    ErrorCode.TARGET_OUT_OF_MEMORY,
                    "the source uses "
                            + (used >> 20)
                            + " MB and the target may use "
                            + (limit >> 20)
                            + " MB",
                    "Raise maxmemory at the target to a tenth more than the source uses");
        } else {
            ok("target-memory", place, "there is room for what the source holds");
        }
    }

    private void empty(List<ServerInfo> targets) {
        String place = targets.getFirst().address().toString();
        if (resumes) {
            ok("target-empty", place, "the target already knows this task");
            return;
        }
        long keys = 0;
        for (ServerInfo node : targets) {
            for (var entry : node.keysByDatabase().entrySet()) {
                if (databases.isEmpty() || databases.containsValue(entry.getKey())) {
                    keys += entry.getValue();
                }
            }
        }
        if (keys == 0) {
            ok("target-empty", place, "the target holds no keys");
        } else if (mayHoldKeys) {
            warn(
                    "target-empty",
                    place,
                    ErrorCode.TARGET_NOT_EMPTY,
                    "the target holds " + keys + " keys; those of the same name are overwritten",
                    "");
        } else {
            error(
                    "target-empty",
                    place,
                    ErrorCode.TARGET_NOT_EMPTY,
                    "the target holds " + keys + " keys",
                    "Empty it, or choose --on-existing overwrite: keys of the same name are then"
                            + " overwritten by the source's");
        }
    }

    private static String words(IOException e) {
        String message = e.getMessage();
        return message == null ? e.getClass().getSimpleName() : message;
    }
}
