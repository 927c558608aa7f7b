package io.syncline.engine.twoway;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.RespWriter;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One command of a local write, as it is to be sent to the other site.
final class PairCommand {
    private static final Effect[] NO_EFFECTS = {};
    private static final byte[] NO_BYTES = {};

    /// One that is about no key: it only serves others.
    static final PairCommand SERVING =
            new PairCommand(0, NO_BYTES, 0, NO_EFFECTS, false, false, false);

    /// In the source's numbers.
    final int database;

    /// RESP; may be several commands that belong together, or none.
    byte[] wire;

    /// How many commands stand in `wire`.
    final int count;

    final Effect[] effects;

    /// Whether this deletes its keys on purpose.
    final boolean deletes;

    /// Whether this sets an expiry, which may be in the past at the other site.
    final boolean expires;

    /// Whether it is the coming of a key whose slot is moved to this node (`RESTORE-ASKING`).
    boolean imports;

    /// Whether it is a flush, of which it is not known whether the key was there.
    boolean sweeps;

    /// Not null for FLUSHALL and FLUSHDB.
    final @Nullable FlushScope flush;

    /// Whether its result depends on more than its keys say, so that only its result may be copied.
    final boolean opaque;

    PairCommand(
            int database,
            byte[] wire,
            int count,
            Effect[] effects,
            boolean deletes,
            boolean expires,
            boolean opaque) {
        this.database = database;
        this.wire = wire;
        this.count = count;
        this.effects = effects;
        this.deletes = deletes;
        this.expires = expires;
        this.opaque = opaque;
        this.flush = null;
    }

    PairCommand(FlushScope flush) {
        this.database = 0;
        this.wire = NO_BYTES;
        this.count = 0;
        this.effects = NO_EFFECTS;
        this.deletes = false;
        this.expires = false;
        this.opaque = false;
        this.flush = flush;
    }

    /// The deletion of one key.
    static PairCommand delete(KeyId key) {
        ByteBuilder wire = new ByteBuilder(32 + key.name().length);
        RespWriter.array(wire, 2);
        RespWriter.bulk(wire, "DEL");
        RespWriter.bulk(wire, key.name());
        Commutation deletes = Commutation.of(Commutation.Group.DELETE);
        Effect[] effects = {new Effect(key, true, deletes)};
        return new PairCommand(key.database(), wire.toBytes(), 1, effects, true, false, false);
    }

    /// Stands for a key that is copied as a whole.
    static PairCommand about(KeyId key) {
        Effect[] effects = {new Effect(key, true, Commutation.ALONE)};
        return new PairCommand(key.database(), NO_BYTES, 0, effects, false, false, false);
    }

    /// That a key came from another node of the site.
    static PairCommand imported(KeyId key) {
        Effect[] effects = {new Effect(key, true, Commutation.ALONE)};
        PairCommand made =
                new PairCommand(key.database(), NO_BYTES, 0, effects, false, false, true);
        made.imports = true;
        return made;
    }

    boolean concerns(KeyId key) {
        for (Effect effect : effects) {
            if (effect.key().equals(key)) {
                return true;
            }
        }
        return false;
    }

    /// It was executed: only what it did to its keys matters from here on.
    void release() {
        wire = NO_BYTES;
    }

    boolean isMultiKey() {
        return effects.length > 1;
    }

    boolean concerns(Set<KeyId> keys) {
        for (Effect effect : effects) {
            if (keys.contains(effect.key())) {
                return true;
            }
        }
        return false;
    }
}
