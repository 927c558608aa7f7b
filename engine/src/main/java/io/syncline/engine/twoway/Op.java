package io.syncline.engine.twoway;

import org.jspecify.annotations.Nullable;

/// One command's effect on one key, from when it is read until it is known to be settled.
final class Op {
    final long offset;
    final long millis;
    final Item item;
    final Effect effect;

    /// Done already before this start: only here so that conflicts with it are seen.
    final boolean indexOnly;

    boolean live;

    /// Its neighbours on the same key, from the same site.
    @Nullable Op previous;

    @Nullable Op next;

    Op(long offset, long millis, Item item, Effect effect, boolean indexOnly) {
        this.offset = offset;
        this.millis = millis;
        this.item = item;
        this.effect = effect;
        this.indexOnly = indexOnly;
    }

    boolean writes() {
        return effect.writes();
    }

    /// A command with its effects.
    static final class Item {
        final PairCommand command;
        final Op[] ops;

        /// What it read was written concurrently: its result must be copied, it must not be run.
        boolean tainted;

        Item(PairCommand command) {
            this.command = command;
            this.ops = new Op[command.effects.length];
            this.tainted = command.opaque;
        }
    }
}
