package io.syncline.engine.link;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.handover.SlotGate;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import java.io.IOException;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What a stream does about commands on whole databases: FLUSHALL, FLUSHDB, SWAPDB.
final class Flushes {
    private final Workshop shop;
    private final RuleDesk rules;
    private final @Nullable SlotGate gate;
    private final Place place;

    /// @param place of the stream, which moves on
    Flushes(Workshop shop, RuleDesk rules, Place place) {
        this.shop = shop;
        this.rules = rules;
        this.gate = shop.gate();
        this.place = place;
    }

    private boolean isPassed() {
        return gate != null && gate.isPassed(place);
    }

    /// Applies one, if it is to be.
    ///
    /// @return why the task stops before it; null when it goes on
    @Nullable SynclineException take(CommandView view, CommandSpec spec, int targetDatabase)
            throws IOException, RewindException {
        if (spec.kind() == CommandKind.FLUSHDB && targetDatabase == DatabaseMap.EXCLUDED) {
            return null;
        }
        return switch (shop.options().onFlush()) {
            case IGNORE -> null;
            case STOP -> isPassed() ? null : met(view);
            case APPLY -> judge(view, spec, targetDatabase);
        };
    }

    private SynclineException met(CommandView view) {
        return new SynclineException(
                ErrorCode.FLUSH_MET,
                shop.place() + " offset " + place.start,
                "the source ran " + view.text(0) + " and the task is told to stop at that",
                "Start it again with --on-flush apply or --on-flush ignore");
    }

    private @Nullable SynclineException judge(
            CommandView view, CommandSpec spec, int targetDatabase)
            throws IOException, RewindException {
        if (!shop.filter().passes(view, spec)) {
            return null;
        }
        String objection = rules.objection(spec);
        if (!objection.isEmpty() && !isPassed()) {
            return rules.refuse(view, targetDatabase, place.offset, objection);
        }
        apply(view, spec, targetDatabase);
        return null;
    }

    private void apply(CommandView view, CommandSpec spec, int targetDatabase)
            throws IOException, RewindException {
        IntPredicate slots = slot -> true;
        if (gate != null && spec.kind() != CommandKind.SWAPDB) {
            IntPredicate databases =
                    spec.kind() == CommandKind.FLUSHDB
                            ? each -> each == targetDatabase
                            : shop.databases()::isTarget;
            slots = gate.flushed(databases, place);
        }
        if (!isPassed()) {
            shop.writer().flushDatabases(targetDatabase, view, spec, slots, place);
            if (spec.kind() == CommandKind.SWAPDB && !shop.held().isEmpty()) {
                shop.held().swap(target(view, 1), target(view, 2));
            }
        }
    }

    /// The writer has read both numbers already.
    private int target(CommandView view, int argument) {
        return shop.databases().target(Integer.parseInt(view.text(argument)));
    }
}
