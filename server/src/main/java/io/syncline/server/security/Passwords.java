package io.syncline.server.security;

import io.syncline.server.model.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.Semaphore;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// Argon2id hashes of passwords, in the usual text form
/// (`$argon2id$v=19$m=19456,t=2,p=1$salt$hash`).
public final class Passwords {
    /// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
    private static final int MEMORY_KIB = 19_456;

    private static final int PASSES = 2;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;

    public static final int MIN_LENGTH = 10;

    /// Longer ones only keep a processor busy.
    private static final int MAX_LENGTH = 200;

    /// Each hash takes 19 MiB: no crowd of logins may take all memory.
    private static final Semaphore AT_ONCE = new Semaphore(4);

    /// Compared with when there is no such user, so that the answer takes as long.
    private static final String NOBODY = hash("nobody has this password");

    private Passwords() {}

    /// Checks what a user chose.
    public static String checked(String password) {
        if (password.length() < MIN_LENGTH || password.length() > MAX_LENGTH) {
            throw Problem.badRequest(
                    "password",
                    "a password must have " + MIN_LENGTH + " to " + MAX_LENGTH + " characters",
                    "Choose a longer one, for example four random words");
        }
        return password;
    }

    public static String hash(String password) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        Base64.Encoder encoder = Base64.getEncoder().withoutPadding();
        return "$argon2id$v=19$m=%d,t=%d,p=1$%s$%s"
                .formatted(
                        MEMORY_KIB,
                        PASSES,
                        encoder.encodeToString(salt),
                        encoder.encodeToString(derive(password, salt, MEMORY_KIB, PASSES)));
    }

    /// Whether the password is the hashed one.
    public static boolean matches(String password, String hash) {
        if (password.length() > MAX_LENGTH) {
            return false;
        }
        String[] parts = hash.split("\\$", -1);
        if (parts.length != 6 || !parts[1].equals("argon2id")) {
            return false;
        }
        String[] costs = parts[3].split("[,=]", -1);
        Base64.Decoder decoder = Base64.getDecoder();
        byte[] derived =
                derive(
                        password,
                        decoder.decode(parts[4]),
                        Integer.parseInt(costs[1]),
                        Integer.parseInt(costs[3]));
        return MessageDigest.isEqual(derived, decoder.decode(parts[5]));
    }

    /// Takes as long as [#matches] and is never true.
    public static boolean matchesNobody(String password) {
        return matches(password, NOBODY) && NOBODY.isEmpty();
    }

    private static byte[] derive(String password, byte[] salt, int memoryKib, int passes) {
        Argon2Parameters parameters =
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(memoryKib)
                        .withIterations(passes)
                        .withParallelism(1)
                        .withSalt(salt)
                        .build();
        byte[] hash = new byte[HASH_BYTES];
        AT_ONCE.acquireUninterruptibly();
        try {
            Argon2BytesGenerator generator = new Argon2BytesGenerator();
            // This is what takes the memory.
            generator.init(parameters);
            generator.generateBytes(password.getBytes(StandardCharsets.UTF_8), hash);
        } finally {
            AT_ONCE.release();
        }
        return hash;
    }
}
