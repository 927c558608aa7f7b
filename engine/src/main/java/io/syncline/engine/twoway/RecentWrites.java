package io.syncline.engine.twoway;

/// Which keys each site wrote lately, roughly and in constant space: a key may be taken for another
/// one, which only guards it without need.
final class RecentWrites {
    /// Large enough that a few thousand hot keys seldom meet; half a megabyte per site.
    private static final int PLACES = 1 << 16;

    private final long[][] times = new long[2][];
    private final long lifeMillis;
    private final long[] counts = new long[2];
    private long now;

    RecentWrites(GuardPolicy policy) {
        lifeMillis = policy.contendedMillis();
        if (policy.mode() == GuardPolicy.Mode.CONTENDED) {
            for (int i = 0; i < times.length; i++) {
                times[i] = new long[PLACES];
            }
        } else {
            times[0] = new long[0];
            times[1] = new long[0];
        }
    }

    private static int place(KeyId key) {
        int hash = key.hashCode() * 0x9E3779B9;
        return hash >>> 16;
    }

    void note(Site site, StreamUnit unit) {
        now = Math.max(now, unit.millis());
        long[] table = times[site.index()];
        if (table.length == 0) {
            return;
        }
        counts[site.index()]++;
        for (PairCommand command : unit.commands()) {
            for (Effect effect : command.effects) {
                table[place(effect.key())] = now;
            }
        }
    }

    /// How many writes of a site were noted.
    long count(Site site) {
        return counts[site.index()];
    }

    boolean contains(Site site, KeyId key) {
        long[] table = times[site.index()];
        return table.length > 0 && table[place(key)] > now - lifeMillis && table[place(key)] > 0;
    }
}
