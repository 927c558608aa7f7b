package io.syncline.engine.twoway;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Keys that a transaction deletes and then gives an expiry. Where that is in the past already, the
/// key is gone at the destination, and the echo shows so only when nothing else of the transaction
/// writes it behind that.
final class Remade {
    private final Set<KeyId> deleted = new HashSet<>();
    private final Set<KeyId> mayBeGone = new HashSet<>();

    /// Whether commands may stand behind those taken before.
    boolean admits(List<PairCommand> commands) {
        for (PairCommand command : commands) {
            for (Effect effect : command.effects) {
                if (effect.writes() && !take(command, effect.key())) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean take(PairCommand command, KeyId key) {
        if (command.deletes) {
            deleted.add(key);
            mayBeGone.remove(key);
            return true;
        }
        if (mayBeGone.contains(key)) {
            return false;
        }
        if (command.expires && deleted.contains(key)) {
            mayBeGone.add(key);
        }
        return true;
    }

    /// Whether a command writes a key that may be gone.
    boolean concerns(PairCommand command) {
        for (Effect effect : command.effects) {
            if (mayBeGone.contains(effect.key())) {
                return true;
            }
        }
        return false;
    }
}
