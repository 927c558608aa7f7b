package io.syncline.server.account;

import io.syncline.server.model.Actor;
import io.syncline.server.model.AuditEntry;
import io.syncline.server.model.Names;
import io.syncline.server.store.AuditTable;
import io.syncline.server.store.Store;
import java.time.InstantSource;
import java.util.List;

/// The log of everything that users did. Written before an action's answer is sent.
public final class Audit {
    private static final System.Logger LOG = System.getLogger(Audit.class.getName());

    private final AuditTable table;
    private final InstantSource clock;

    public Audit(Store store, InstantSource clock) {
        this.table = store.audit();
        this.clock = clock;
    }

    /// Records one action.
    ///
    /// @param detail in words; never a secret
    public void record(Actor actor, String action, String subject, String detail) {
        table.add(actor.account(), clock.instant(), actor.name(), action, subject, detail);
        String line = String.join(" ", actor.name(), action, subject, detail);
        LOG.log(System.Logger.Level.INFO, Names.plain(line).strip());
    }

    public List<AuditEntry> entries(Actor actor, long before, int limit) {
        return table.of(actor.account(), before, limit);
    }
}
