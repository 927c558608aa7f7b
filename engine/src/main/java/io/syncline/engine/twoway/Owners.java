package io.syncline.engine.twoway;

import java.util.ArrayList;
import java.util.List;

/// Whose commands were sent, in their order: for the rare answer that is an error.
public final class Owners {
    private final List<PairCommand> commands = new ArrayList<>();

    void add(PairCommand command) {
        commands.add(command);
    }

    /// How many commands were sent.
    public int count() {
        return commands.size();
    }

    /// Whether a command sets an expiry.
    public boolean expires(int place) {
        return commands.get(place).expires;
    }

    /// Whether a command deletes the one key that it concerns.
    public boolean deletes(int place) {
        return commands.get(place).deletes;
    }

    /// The keys that a command concerns; none for one that only serves others.
    public List<KeyId> of(int place) {
        List<KeyId> concerned = new ArrayList<>();
        for (Effect effect : commands.get(place).effects) {
            if (effect.writes() && effect.key().database() >= 0) {
                concerned.add(effect.key());
            }
        }
        return concerned;
    }
}
