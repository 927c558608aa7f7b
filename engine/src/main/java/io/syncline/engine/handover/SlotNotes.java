package io.syncline.engine.handover;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.target.Place;
import io.syncline.engine.target.RewindException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one pipeline notes about slots in its target. Belongs to the applier.
final class SlotNotes {
    private final GateSettings settings;
    private final ServerJobs jobs;
    private final Parking parked;
    private final Imports imports;
    private final Departures departures;

    /// What was noted last of slots that jobs of the server have taken away.
    private Map<Integer, List<Tenure>> leaving = Map.of();

    SlotNotes(GateSettings settings, Parking parked, Imports imports, Departures departures) {
        this.settings = settings;
        this.jobs = settings.ledger().jobs();
        this.parked = parked;
        this.imports = imports;
        this.departures = departures;
    }

    void forget() {
        leaving = Map.of();
    }

    /// What an earlier process noted; null for nothing.
    @Nullable SlotState read() {
        byte[] text = settings.writer().slots().read();
        SlotState state = text == null ? null : SlotState.decode(text);
        if (text != null && state == null) {
            throw new SynclineException(
                    ErrorCode.TARGET_UNSUITABLE,
                    settings.writer().place(),
                    "what the task noted about slots is of another version",
                    "Run the version that wrote it, or sweep the task and start it again");
        }
        return state;
    }

    /// Notes how things are, together with everything before.
    void write(Place place) throws RewindException {
        settings.writer().slots().write(text(settings.owned(), place), place);
    }

    /// @param held the slots that the pipeline applies, behind this
    byte[] text(BitSet held, Place place) {
        // Asked for first: a job that is noted as followed is noted with the slots it took.
        JobTimes times = settings.jobs();
        long followed = times == null ? 0 : times.last();
        leaving = leaving(held);
        return new SlotState(
                        held,
                        parked.places(),
                        imports.state(place),
                        followed,
                        departures.state(leaving),
                        jobs.copiedAmong(parked.slots()))
                .encode();
    }

    private Map<Integer, List<Tenure>> leaving(BitSet held) {
        BitSet slots = (BitSet) held.clone();
        parked.slots().forEach(slots::set);
        return jobs.exported(settings.pipeline(), slots);
    }

    /// Whether jobs of the server were heard of that are not noted.
    boolean areBehind() {
        return settings.jobs() != null && !leaving.equals(leaving(settings.owned()));
    }
}
