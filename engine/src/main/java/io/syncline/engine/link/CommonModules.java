package io.syncline.engine.link;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.net.Connection;
import io.syncline.engine.rdb.TargetFormat;
import io.syncline.engine.resp.Reply;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whether a target that would end at a value of a module it lacks has every module of the source.
/// By the modules' names: servers that old do not say which types of data a module has.
final class CommonModules {
    private CommonModules() {}

    /// Asks both sides, where it matters; false where one of them does not say.
    static boolean found(Sides sides, TargetFormat target) throws IOException {
        if (target.survivesUnknownModules() || !sides.hasServersAsSource()) {
            return false;
        }
        Set<String> needed = new HashSet<>();
        for (Instance.Shard shard : sides.source().shards()) {
            Set<String> loaded = loaded(sides.source(), shard);
            if (loaded == null) {
                return false;
            }
            needed.addAll(loaded);
        }
        for (Instance.Shard shard : sides.target().shards()) {
            Set<String> loaded = loaded(sides.target(), shard);
            if (loaded == null || !loaded.containsAll(needed)) {
                return false;
            }
        }
        return true;
    }

    /// `MODULE LIST`: of each module a list of names and values, its own first; null when the node
    /// does not say.
    private static @Nullable Set<String> loaded(Instance instance, Instance.Shard shard)
            throws IOException {
        try (Connection connection = instance.connector().open(shard.primary())) {
            if (!(connection.call("MODULE", "LIST") instanceof Reply.Items modules)) {
                return null;
            }
            Set<String> names = new HashSet<>();
            for (Reply module : modules.items()) {
                if (!(module instanceof Reply.Items parts)
                        || parts.items().size() < 2
                        || !(parts.items().get(1) instanceof Reply.Bulk name)) {
                    return null;
                }
                names.add(name.utf8());
            }
            return names;
        }
    }
}
