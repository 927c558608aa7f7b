package io.syncline.server.demo;

import io.syncline.server.demo.RespClient.Reply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Everything a side holds, counted and hashed by the servers' own words: per key its type, its
/// `DEBUG DIGEST-VALUE`, its expiry to the millisecond, a stream's groups; and the functions.
///
/// Keys that Syncline writes for itself are left out: they differ by nature.
///
/// @param keys per database
/// @param digest over all keys, whatever their order
/// @param functions over the function libraries
record Census(Map<Integer, Long> keys, String digest, String functions) {
    private static final List<String> OWN_KEYS =
            List.of("__syncline:", "DTS_REDIS_TIMESTAMP_HEARTBEAT");
    private static final String PAGE = "1000";
    private static final int SHOWN_BYTES = 8;

    static Census of(Site site) throws IOException {
        Map<Integer, Long> counts = new TreeMap<>();
        byte[] sum = new byte[32];
        // The nodes of a cluster all have the same.
        Set<String> functions = new TreeSet<>();
        for (RespClient node : site.nodes()) {
            count(node, counts, sum);
            functions.add(shown(sha256().digest(bytes(node.call("FUNCTION", "DUMP")))));
        }
        return new Census(counts, shown(sum), String.join(" ", functions));
    }

    private static void count(RespClient client, Map<Integer, Long> counts, byte[] sum)
            throws IOException {
        for (String line : client.call("INFO", "keyspace").toString().split("\r\n", -1)) {
            if (line.startsWith("db")) {
                int database = Integer.parseInt(line.substring(2, line.indexOf(':')));
                long count = count(client, database, sum);
                if (count > 0) {
                    counts.merge(database, count, Long::sum);
                }
            }
        }
        client.call("SELECT", "0");
    }

    long total() {
        return keys.values().stream().mapToLong(Long::longValue).sum();
    }

    private static long count(RespClient client, int database, byte[] sum) throws IOException {
        client.call("SELECT", Integer.toString(database));
        long count = 0;
        String cursor = "0";
        do {
            Reply.Items page = (Reply.Items) client.call("SCAN", cursor, "COUNT", PAGE);
            cursor = page.items().get(0).toString();
            List<Reply> keys =
                    ((Reply.Items) page.items().get(1))
                            .items().stream().filter(key -> !isOwn(key.toString())).toList();
            count += add(client, database, keys, sum);
        } while (!cursor.equals("0"));
        return count;
    }

    private static boolean isOwn(String key) {
        return OWN_KEYS.stream().anyMatch(key::startsWith);
    }

    private static long add(RespClient client, int database, List<Reply> keys, byte[] sum)
            throws IOException {
        for (Reply key : keys) {
            client.send(ascii("TYPE"), bytes(key));
            client.send(ascii("PEXPIRETIME"), bytes(key));
            client.send(ascii("DEBUG"), ascii("DIGEST-VALUE"), bytes(key));
        }
        client.flush();
        String[][] facts = new String[keys.size()][];
        for (int i = 0; i < facts.length; i++) {
            String type = client.expect().toString();
            facts[i] = new String[] {type, client.expect().toString(), client.expect().toString()};
        }
        long count = 0;
        for (int i = 0; i < facts.length; i++) {
            // Expired since it was scanned.
            if (facts[i][0].equals("none")) {
                continue;
            }
            MessageDigest digest = sha256();
            digest.update(ascii(database + " " + String.join(" ", facts[i]) + " "));
            digest.update(bytes(keys.get(i)));
            if (facts[i][0].equals("stream")) {
                client.send(ascii("XINFO"), ascii("GROUPS"), bytes(keys.get(i)));
                client.flush();
                digest.update(ascii(client.expect().toString()));
            }
            byte[] one = digest.digest();
            for (int b = 0; b < sum.length; b++) {
                sum[b] ^= one[b];
            }
            count++;
        }
        return count;
    }

    private static byte[] bytes(Reply reply) {
        return reply instanceof Reply.Text text ? text.bytes() : new byte[0];
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String shown(byte[] digest) {
        return HexFormat.of().formatHex(Arrays.copyOf(digest, SHOWN_BYTES));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }
}
