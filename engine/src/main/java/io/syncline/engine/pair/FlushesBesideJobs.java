package io.syncline.engine.pair;

import io.syncline.engine.link.LinkEvent;
import java.util.function.Consumer;

/// Tells, once a run, that primaries were flushed and the servers' jobs moved slots as well.
///
/// Where both meet in one slot, the sites may end unequal: what the job copied and what the flush
/// deleted are then taken in an order that was not the server's (found by simulation, not mended).
final class FlushesBesideJobs {
    private final Consumer<LinkEvent> events;
    private boolean flushed;
    private boolean moved;
    private boolean told;

    FlushesBesideJobs(Consumer<LinkEvent> events) {
        this.events = events;
    }

    void flushed(SlotNode node) {
        flushed = true;
        look(node);
    }

    void moved(SlotNode node) {
        moved = true;
        look(node);
    }

    private void look(SlotNode node) {
        if (!flushed || !moved || told) {
            return;
        }
        told = true;
        events.accept(
                new LinkEvent.Warned(
                        node.stream().place(),
                        "primaries were flushed and jobs of the servers moved slots while the task ran:"
                                + " of slots that met both, keys may differ between the sides",
                        "Compare both sides (./syncline verify); if they differ, start the task once with"
                                + " --resync-from source or target"));
    }
}
