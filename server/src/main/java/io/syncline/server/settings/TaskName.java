package io.syncline.server.settings;

import io.syncline.engine.net.Endpoint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Names a task after what it does: `cache-1-6379-to-cache-2-6379-5f1c02aa`.
///
/// Made from what says *which data*: topology, addresses, primary name or file, and databases. Not
/// from user, password or TLS, so that changing those still resumes.
final class TaskName {
    /// Key names and file names carry it.
    static final int MAX_LENGTH = 64;

    static final String RULE =
            "1 to " + MAX_LENGTH + " letters, digits, '.', '_' or '-', not dots alone";

    private static final int HASH_BYTES = 4;

    /// Leaves room for `-to-` and the hash within [#MAX_LENGTH].
    private static final int MAX_SIDE = 25;

    private TaskName() {}

    static boolean isValid(String name) {
        // It names a folder, too, and '..' is another one.
        return name.matches("[A-Za-z0-9._-]{1," + MAX_LENGTH + "}") && !name.matches("[.]+");
    }

    static String of(Endpoint source, Endpoint target, String databases) {
        String identity = identity(source) + ' ' + identity(target) + ' ' + databases;
        return side(source) + "-to-" + side(target) + "-" + hash(identity);
    }

    private static String identity(Endpoint endpoint) {
        return endpoint.isFile()
                ? endpoint.toString()
                : endpoint.topology() + " " + endpoint.addresses() + " " + endpoint.primaryName();
    }

    private static String side(Endpoint endpoint) {
        String name = name(endpoint);
        String safe = name.replaceAll("[^A-Za-z0-9._-]+", "-").replaceAll("^-|-$", "");
        // The end tells more than the beginning: the port, the number of a host.
        return safe.length() <= MAX_SIDE ? safe : safe.substring(safe.length() - MAX_SIDE);
    }

    private static String name(Endpoint endpoint) {
        if (endpoint.isFile()) {
            return endpoint.file();
        }
        return endpoint.primaryName().isEmpty()
                ? endpoint.addresses().getFirst().toString()
                : endpoint.primaryName();
    }

    private static String hash(String identity) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256")
                            .digest(identity.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }
}
