package io.syncline.engine.target;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What commands over several slots have written lately, by their place in the stream.
///
/// When a primary fails over and loses such a write, the keys it was made of may have changed since
/// in other slots: then this is where it is known from.
final class EffectBook {
    /// A failover loses a second of writes or two.
    private static final int KEPT_BYTES = 16 << 20;

    /// Beside the bytes, an entry takes about so much.
    private static final int ENTRY_BYTES = 128;

    private final Map<Long, byte[]> effects = new HashMap<>();
    private final ArrayDeque<Long> order = new ArrayDeque<>();
    private long bytes;

    void put(long offset, byte[] effect) {
        byte[] before = effects.put(offset, effect);
        if (before == null) {
            order.add(offset);
            bytes += ENTRY_BYTES;
        } else {
            bytes -= before.length;
        }
        bytes += effect.length;
        while (bytes > KEPT_BYTES && !order.isEmpty()) {
            byte[] oldest = effects.remove(order.remove());
            bytes -= ENTRY_BYTES + (oldest == null ? 0 : oldest.length);
        }
    }

    byte @Nullable [] find(long offset) {
        return effects.get(offset);
    }

    /// Offsets count anew.
    void clear() {
        effects.clear();
        order.clear();
        bytes = 0;
    }
}
