package io.syncline.server.security;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.KeysetHandle;
import com.google.crypto.tink.RegistryConfiguration;
import com.google.crypto.tink.TinkJsonProtoKeysetFormat;
import com.google.crypto.tink.aead.AeadConfig;
import com.google.crypto.tink.aead.PredefinedAeadParameters;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Encrypts what the store must give back: passwords of instances, secrets of alert channels.
///
/// AES-256-GCM by Tink. The key is a file beside the store that only its owner may read, or comes
/// from the environment; each text is bound to what it belongs to, so that one moved to another row
/// does not open.
public final class Vault {
    public static final String KEY_VARIABLE = "SYNCLINE_MASTER_KEY";
    private static final String KEY_FILE = "master.key";

    /// In the variable: the old key is lost, and stored secrets are given up.
    private static final String NEW = "new";

    private final Aead aead;

    private Vault(Aead aead) {
        this.aead = aead;
    }

    /// Opens the vault, making its key when nothing was ever sealed.
    ///
    /// @param sealed what the store holds of it, by owner
    public static Vault open(
            Path folder, Map<String, String> environment, Map<String, String> sealed) {
        Path file = folder.resolve(KEY_FILE);
        String given = environment.getOrDefault(KEY_VARIABLE, "").strip();
        boolean isLost = given.equals(NEW);
        boolean inFile = given.isEmpty() || isLost;
        String place = inFile ? file.toString() : KEY_VARIABLE;
        if (inFile && !isLost && !sealed.isEmpty() && !Files.exists(file)) {
            throw bad(
                    place,
                    "the master key is missing, and "
                            + secrets(sealed)
                            + " in the store cannot be opened without it",
                    "Put its copy back, or set "
                            + KEY_VARIABLE
                            + " to it. If it is lost, start with "
                            + KEY_VARIABLE
                            + "="
                            + NEW
                            + ", and enter passwords of instances and alert channels again");
        }
        Vault vault = read(inFile ? file : null, place, given);
        if (!isLost
                && !sealed.isEmpty()
                && sealed.entrySet().stream()
                        .noneMatch(it -> vault.opens(it.getKey(), it.getValue()))) {
            throw bad(
                    place,
                    "this master key does not open "
                            + secrets(sealed)
                            + " in the store: they were stored with another one",
                    "Put that one there. If it is lost, remove this one and start with "
                            + KEY_VARIABLE
                            + "="
                            + NEW
                            + ", and enter passwords of instances and alert channels again");
        }
        return vault;
    }

    private static String secrets(Map<String, String> sealed) {
        return sealed.size() == 1 ? "the one secret" : "the " + sealed.size() + " secrets";
    }

    private static SynclineException bad(String place, String reason, String remedy) {
        return new SynclineException(ErrorCode.BAD_OPTION, place, reason, remedy);
    }

    /// @param file null: the key was given
    private static Vault read(@Nullable Path file, String place, String given) {
        try {
            AeadConfig.register();
            String keyset =
                    file == null
                            ? new String(Base64.getDecoder().decode(given), UTF_8)
                            : readOrMake(file);
            KeysetHandle handle =
                    TinkJsonProtoKeysetFormat.parseKeyset(
                            keyset, RegistryConfiguration.get(), InsecureSecretKeyAccess.get());
            return new Vault(handle.getPrimitive(RegistryConfiguration.get(), Aead.class));
        } catch (GeneralSecurityException | IllegalArgumentException | IOException e) {
            // No message of the cause: it may quote the key.
            throw bad(
                    place,
                    "the master key cannot be read (" + e.getClass().getSimpleName() + ")",
                    "Restore it from its copy: without it, stored passwords cannot be opened");
        }
    }

    private static String readOrMake(Path file) throws IOException, GeneralSecurityException {
        if (!Files.exists(file)) {
            KeysetHandle handle =
                    KeysetHandle.generateNew(
                            PredefinedAeadParameters.AES256_GCM, RegistryConfiguration.get());
            String keyset =
                    TinkJsonProtoKeysetFormat.serializeKeyset(
                            handle, RegistryConfiguration.get(), InsecureSecretKeyAccess.get());
            write(file, keyset);
        }
        return Files.readString(file);
    }

    /// Whole or not at all: half a key would be taken for one that is broken.
    private static void write(Path file, String text) {
        Path fresh = file.resolveSibling(KEY_FILE + ".new");
        try {
            Files.deleteIfExists(fresh);
            try (var out =
                    Files.newByteChannel(
                            fresh,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            OwnerOnly.file())) {
                out.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw bad(
                    file.toString(),
                    "the master key cannot be written",
                    "Check that the disk has room and that this user may write there");
        }
    }

    /// Encrypts; an empty text stays empty.
    ///
    /// @param owner what it belongs to
    public String seal(String owner, String text) {
        if (text.isEmpty()) {
            return "";
        }
        try {
            return Base64.getEncoder()
                    .encodeToString(aead.encrypt(text.getBytes(UTF_8), owner.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a secret of " + owner + " cannot be encrypted", e);
        }
    }

    private boolean opens(String owner, String sealed) {
        try {
            byte[] bytes = Base64.getDecoder().decode(sealed);
            return aead.decrypt(bytes, owner.getBytes(UTF_8)).length > 0;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /// Decrypts what [#seal] made for the same owner.
    public String open(String owner, String sealed) {
        if (sealed.isEmpty()) {
            return "";
        }
        try {
            byte[] bytes = Base64.getDecoder().decode(sealed);
            return new String(aead.decrypt(bytes, owner.getBytes(UTF_8)), UTF_8);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new SynclineException(
                    ErrorCode.NOT_AUTHENTICATED,
                    owner,
                    "its stored secret does not open with this master key",
                    "Start with the key it was stored with, or enter the secret again");
        }
    }
}
