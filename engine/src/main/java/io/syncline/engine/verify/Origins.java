package io.syncline.engine.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/// Looks at the source for the keys from which keys of the target come. For one thread.
final class Origins {
    private final Presence presence;
    private final Sides sides;
    private final Names names;

    Origins(Presence presence, Sides sides, Names names) {
        this.presence = presence;
        this.sides = sides;
        this.names = names;
    }

    /// Those keys of the target that the source has none for, by the names by which they are known.
    List<byte[]> missing(List<byte[]> targetNames, Place place) throws IOException {
        if (names.areSame()) {
            return presence.missing(sides.source(), place.source(), targetNames);
        }
        List<List<byte[]>> all = new ArrayList<>(targetNames.size());
        List<byte[]> asked = new ArrayList<>(targetNames.size());
        for (byte[] name : targetNames) {
            List<byte[]> origins = names.origins(place.target(), name);
            // Of one that may come from any of too many keys nobody can say that it has none.
            if (origins != null) {
                all.add(origins);
                asked.addAll(origins);
            }
        }
        Set<byte[]> gone = Collections.newSetFromMap(new IdentityHashMap<>());
        gone.addAll(presence.missing(sides.source(), place.source(), asked));
        return all.stream().filter(gone::containsAll).map(List::getFirst).toList();
    }
}
