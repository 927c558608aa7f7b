package io.syncline.engine.verify;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.FilterRules;
import io.syncline.engine.etl.KeyRules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What keys are called at both sides, under the rules of the task that is verified.
///
/// A key is known by its name at the source. One of the target that the rules make of no key is
/// known by a name that no key can have: [#FOREIGN] and its own. For any thread.
final class Names {
    private static final byte[] FOREIGN =
            (FilterRules.OWN_PREFIX + "no-key-of-the-source:").getBytes(US_ASCII);

    private final KeyRules rules;
    private final DatabaseMap databases;

    Names(VerifyOptions options) {
        rules = options.rules();
        databases = DatabaseMap.orIdentity(options.databases());
    }

    /// Whether every key has one name at both sides.
    boolean areSame() {
        return rules.isEmpty();
    }

    /// Whether a key of the source is carried over.
    boolean isCarried(int sourceDatabase, byte[] key) {
        return areSame() || rules.in(sourceDatabase).targetName(key) != null;
    }

    /// What a key is called at the target.
    byte[] atTarget(int targetDatabase, byte[] key) {
        if (areSame()) {
            return key;
        }
        if (isForeign(key)) {
            return Arrays.copyOfRange(key, FOREIGN.length, key.length);
        }
        byte[] name = rules.in(databases.source(targetDatabase)).targetName(key);
        return name == null ? key : name;
    }

    /// The names at the source that a key of the target may come from; null when there may be too
    /// many to tell.
    @Nullable List<byte[]> origins(int targetDatabase, byte[] targetName) {
        if (areSame()) {
            return List.of(targetName);
        }
        List<byte[]> origins = rules.in(databases.source(targetDatabase)).origins(targetName);
        if (origins == null || !origins.isEmpty()) {
            return origins;
        }
        byte[] foreign = Arrays.copyOf(FOREIGN, FOREIGN.length + targetName.length);
        System.arraycopy(targetName, 0, foreign, FOREIGN.length, targetName.length);
        return new ArrayList<>(List.of(foreign));
    }

    /// Whether it is a key of the target that the rules make of none.
    boolean isForeign(byte[] key) {
        return key.length >= FOREIGN.length
                && Arrays.equals(key, 0, FOREIGN.length, FOREIGN, 0, FOREIGN.length);
    }

    /// A key's name for people: that of the source, if it has one there.
    byte[] shown(byte[] key) {
        return isForeign(key) ? Arrays.copyOfRange(key, FOREIGN.length, key.length) : key;
    }
}
