package io.syncline.engine.twoway;

import java.util.HashSet;
import java.util.Set;

/// What a job of the server copies of one slot into a primary's stream: nothing of it is done anew,
/// since the owner's stream says the same. Only which keys there were at its end counts: what the
/// former owner then deletes is a user's deletion only if the key is not among them.
final class JobPart {
    /// What one key takes in memory, about.
    private static final int BYTES_OF_A_KEY = 64;

    final String name;

    /// The primary that has the slot; negative when it is not known.
    final int source;

    private final Set<Long> present = new HashSet<>();

    /// Where it ends in the stream.
    long end = Long.MAX_VALUE;

    boolean successful;

    JobPart(String name, int source) {
        this.name = name;
        this.source = source;
    }

    void take(StreamUnit unit) {
        for (PairCommand command : unit.commands()) {
            for (Effect effect : command.effects) {
                if (command.sweeps) {
                    // A flush ends the job without success.
                    continue;
                }
                if (command.deletes) {
                    present.remove(print(effect.key()));
                } else if (effect.writes()) {
                    present.add(print(effect.key()));
                }
            }
        }
    }

    /// Whether a key was there at the end; or had been emptied, and then nobody deletes it.
    boolean has(KeyId key) {
        return present.contains(print(key));
    }

    /// 64 bits: of a hundred million keys no two have the same.
    private static long print(KeyId key) {
        long print = 0xcbf29ce484222325L;
        for (byte each : key.name()) {
            print = (print ^ (each & 0xff)) * 0x100000001b3L;
            print ^= print >>> 29;
        }
        return print;
    }

    long bytes() {
        return (long) BYTES_OF_A_KEY * present.size();
    }
}
