package io.syncline.server.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/// Secrets that the service makes, and their fingerprints for the store.
///
/// A fingerprint is one round of SHA-256: enough, since a secret of 256 random bits cannot be
/// guessed, whatever the speed.
public final class Secrets {
    private static final int BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Secrets() {}

    /// 256 random bits, for a URL or a header.
    public static String random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    public static String fingerprint(String secret) {
        return HexFormat.of().formatHex(sha256("syncline:" + secret));
    }

    /// What a page of a session must send with every change. Made from the session's own secret,
    /// which no other site can read.
    public static String csrf(String session) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256("csrf:" + session));
    }

    /// Compares without telling by time how much is equal.
    public static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(UTF_8), other.getBytes(UTF_8));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }
}
