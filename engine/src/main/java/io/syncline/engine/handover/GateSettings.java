package io.syncline.engine.handover;

import io.syncline.engine.target.TargetWriter;
import java.util.BitSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What a gate is made of.
///
/// @param owned the slots that the pipeline applies: changed here, read by its writer
/// @param jobs of a source that can move slots by jobs of its own, which clear away what they have
///   copied by deletions like those of clients (Valkey 9.0, cluster_migrateslots.c and
///   `delKeysInSlot`); null for others
/// @param removable the databases of the target whose keys are all the task's, so that those of
///   which no stream tells may be removed
/// @param patience waits a little; returns whether to go on waiting
/// @param warning hears when the stream has to wait
public record GateSettings(
        SlotLedger ledger,
        int pipeline,
        TargetWriter writer,
        BitSet owned,
        @Nullable JobTimes jobs,
        IntPredicate removable,
        SlotGate.Patience patience,
        Runnable warning) {}
