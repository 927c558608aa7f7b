package io.syncline.engine.handover;

import java.util.HashMap;
import java.util.Map;

/// A slot that came back to a pipeline without having been seen to leave: some other pipeline's
/// stream tells what happened to it meanwhile, and each is given the time to be read as far.
final class Absence {
    /// The first answer behind the return may be to a question before it.
    private static final int CERTAIN_LOOKS = 2;

    private final int pipeline;
    private final Map<Integer, Integer> looks = new HashMap<>();
    private final Map<Integer, Long> goals = new HashMap<>();

    Absence(int pipeline) {
        this.pipeline = pipeline;
    }

    /// Another pipeline's node said how far it is.
    void observed(int other, long offset) {
        if (looks.merge(other, 1, Integer::sum) == CERTAIN_LOOKS) {
            goals.put(other, offset);
        }
    }

    /// Whether all other pipelines have read what their nodes had run at the return.
    boolean isOver(Map<Integer, Party> parties) {
        return parties.entrySet().stream()
                .allMatch(entry ->
                        entry.getKey() == pipeline
                                || entry.getValue().processed
                                        >= goals.getOrDefault(entry.getKey(), Long.MAX_VALUE));
    }
}
