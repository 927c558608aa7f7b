package io.syncline.engine.cluster;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a node says of itself (INFO).
///
/// @param address where it was asked
/// @param fields every `name:value` line
public record ServerInfo(HostPort address, Map<String, String> fields) {
    public ServerInfo {
        fields = Map.copyOf(fields);
    }

    /// Asks a node.
    ///
    /// @throws IOException when it cannot answer now
    public static ServerInfo read(Connection connection) throws IOException {
        return of(connection.call("INFO"), connection.address());
    }

    /// Reads the answer to INFO, with or without a section's name.
    ///
    /// @param address where it was asked
    public static ServerInfo of(Reply reply, HostPort address) throws IOException {
        if (reply instanceof Reply.Bulk bulk) {
            return new ServerInfo(address, parse(bulk.utf8()));
        }
        String text = reply instanceof Reply.Failure failure ? failure.text() : reply.toString();
        if (text.startsWith("NOAUTH")) {
            throw new SynclineException(
                    ErrorCode.NOT_AUTHENTICATED,
                    address.toString(),
                    "the server asks for a password and none was given",
                    "Give user:password (in the URI, by environment variable or by file)");
        }
        if (text.startsWith("NOPERM")) {
            throw new SynclineException(
                    ErrorCode.NOT_PERMITTED,
                    address.toString(),
                    "the account may not run INFO: " + text,
                    "Allow it +info");
        }
        throw new IOException("the server answers INFO with '" + text + "'");
    }

    /// Reads lines of `name:value`.
    public static Map<String, String> parse(String text) {
        Map<String, String> fields = new HashMap<>();
        for (String line : text.split("\r?\n", -1)) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.charAt(0) != '#') {
                fields.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return fields;
    }

    public String field(String name) {
        return fields.getOrDefault(name, "");
    }

    /// A number, or -1 when the node does not say.
    public long number(String name) {
        try {
            return Long.parseLong(field(name));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    public boolean isValkey() {
        return fields.containsKey("valkey_version") || field("server_name").equals("valkey");
    }

    /// The product's own version: Valkey reports 7.2.4 as its Redis version for ever.
    public String version() {
        String valkey = field("valkey_version");
        return valkey.isEmpty() ? field("redis_version") : valkey;
    }

    /// `Redis 7.0.15` or `Valkey 8.1.1`.
    public String product() {
        return (isValkey() ? "Valkey " : "Redis ") + version();
    }

    public int major() {
        return part(0);
    }

    public int minor() {
        return part(1);
    }

    private int part(int index) {
        String[] parts = version().split("[.-]", -1);
        try {
            return index < parts.length ? Integer.parseInt(parts[index]) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    public boolean isCluster() {
        return field("cluster_enabled").equals("1");
    }

    public boolean isPrimary() {
        return field("role").toLowerCase(Locale.ROOT).equals("master");
    }

    /// What identifies the process: two addresses with one run id are one server.
    public String runId() {
        return field("run_id");
    }

    /// The id of its replication stream; the run id before 4.0.
    public String replicationId() {
        String id = field("master_replid");
        return id.isEmpty() ? runId() : id;
    }

    /// The id it continued from at its last failover; empty for none.
    public String formerReplicationId() {
        return field("master_replid2");
    }

    public long replicationOffset() {
        return number("master_repl_offset");
    }

    /// Its clock in microseconds (since Redis 6.2); -1 when it does not say.
    public long serverMicros() {
        return number("server_time_usec");
    }

    /// Keys by database, as INFO keyspace says.
    public SortedMap<Integer, Long> keysByDatabase() {
        SortedMap<Integer, Long> keys = new TreeMap<>();
        fields.forEach((name, value) -> {
            if (name.matches("db\\d+") && value.startsWith("keys=")) {
                keys.put(
                        Integer.parseInt(name.substring(2)),
                        Long.parseLong(value.substring(5).split(",", 2)[0]));
            }
        });
        return keys;
    }
}
