package io.syncline.engine.file;

import io.syncline.engine.source.Position;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/// Which file it is, whatever it is called and however long it has grown: a digest of its first
/// bytes, with the end of its RDB. Fits where a replication id stands.
///
/// An append-only file only ever grows behind what this covers; one that the server has rewritten
/// has another base, and so another fingerprint.
///
/// @param covered bytes at the start that the digest is of
/// @param digest in hexadecimal
record Fingerprint(int covered, String digest) {
    /// Enough to hold times and counters that no two files share, little enough to read at once.
    private static final int MOST_COVERED = 1 << 20;

    private static final int COVERED_DIGITS = 8;
    private static final int DIGEST_BYTES = (Position.ID_LENGTH - COVERED_DIGITS) / 2;

    /// The checksum of an RDB, its last eight bytes.
    private static final int RDB_TAIL = 8;

    static Fingerprint of(List<FileInspection.Part> parts) throws IOException {
        long all = parts.stream().mapToLong(FileInspection.Part::until).sum();
        return of(parts, (int) Math.min(all, MOST_COVERED));
    }

    /// The same of another number of bytes.
    static Fingerprint of(List<FileInspection.Part> parts, int covered) throws IOException {
        MessageDigest digest = sha256();
        int left = covered;
        for (FileInspection.Part part : parts) {
            try (InputStream in = Files.newInputStream(part.file())) {
                byte[] bytes = in.readNBytes((int) Math.min(left, part.until()));
                digest.update(bytes);
                left -= bytes.length;
            }
        }
        FileInspection.Part first = parts.getFirst();
        if (first.rdbBytes() > 0) {
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, first.rdbBytes()).array());
            digest.update(tail(first.file(), first.rdbBytes()));
        }
        String hex = HexFormat.of().formatHex(digest.digest(), 0, DIGEST_BYTES);
        return new Fingerprint(covered, hex);
    }

    private static byte[] tail(Path file, long end) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            in.skipNBytes(Math.max(0, end - RDB_TAIL));
            return in.readNBytes(RDB_TAIL);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }

    /// As a replication id.
    String id() {
        return String.format("%0" + COVERED_DIGITS + "x", covered) + digest;
    }

    /// How many bytes an id covers; -1 when it is no id of ours.
    static int covered(String id) {
        try {
            return Integer.parseInt(id.substring(0, COVERED_DIGITS), 16);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
