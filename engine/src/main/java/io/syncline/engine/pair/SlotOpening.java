package io.syncline.engine.pair;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.twoway.Site;
import io.syncline.engine.twoway.StreamPlace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Opens the streams of all primaries where the floor says, and joins to it the primaries that have
/// come since.
final class SlotOpening {
    /// The first copy's records are numbered below.
    private static final long SEQUENCE = 3;

    private final SlotSites sites;
    private final long epoch;
    private final String task;

    SlotOpening(SlotSites sites, long epoch, String task) {
        this.sites = sites;
        this.epoch = epoch;
        this.task = task;
    }

    /// Behind the new epochs: nobody else goes on from that floor.
    ///
    /// @return the floor with all primaries of this run; null when told to stop
    @Nullable FloorRecord open(FloorRecord floor) throws IOException {
        for (SlotNode node : sites.all()) {
            requireItsEpoch(floor, node);
        }
        List<FloorRecord.Entry> source = open(floor, Site.SOURCE);
        List<FloorRecord.Entry> target = open(floor, Site.TARGET);
        if (source == null || target == null) {
            return null;
        }
        FloorRecord joined =
                new FloorRecord(
                        FloorRecord.State.READY,
                        epoch,
                        SEQUENCE,
                        source,
                        target,
                        floor.sourceTerms(),
                        floor.targetTerms());
        // Before anything is written: a successor must know which epochs hold this run back.
        for (End end : sites.ends()) {
            FloorKeys.write(end, joined, task);
        }
        return joined;
    }

    /// What is written down of a primary; null for nothing.
    static FloorRecord.@Nullable Entry known(List<FloorRecord.Entry> entries, SlotNode node) {
        return entries.stream().filter(entry -> isOf(entry, node)).findFirst().orElse(null);
    }

    static boolean isOf(FloorRecord.Entry entry, SlotNode node) {
        return entry.isOf(node.port().identity().ids(), node.port().slots());
    }

    /// A run before this one may have chosen another key for its epoch since.
    private static void requireItsEpoch(FloorRecord floor, SlotNode node)
            throws PrimariesChangedException {
        FloorRecord.Entry entry = known(floor.of(node.site()), node);
        if (entry != null
                && entry.tag() != node.port().tag()
                && entry.tag() >= 0
                && node.port().slots().get(entry.tag())) {
            throw new PrimariesChangedException("the epoch is in slot " + entry.tag());
        }
    }

    private @Nullable List<FloorRecord.Entry> open(FloorRecord floor, Site site)
            throws IOException {
        List<FloorRecord.Entry> opened = new ArrayList<>();
        List<FloorRecord.Entry> left = new ArrayList<>(floor.of(site));
        for (SlotNode node : sites.of(site)) {
            FloorRecord.Entry entry = known(floor.of(node.site()), node);
            left.remove(entry);
            StreamPlace place = entry == null ? fresh(node) : entry.place();
            if (place == null
                    || (!place.equals(node.stream().openedAt()) && !node.stream().open(place))) {
                return null;
            }
            opened.add(node.entry(entry == null ? new BitSet() : entry.slots(), place));
        }
        for (FloorRecord.Entry gone : left) {
            if (!gone.slots().isEmpty()) {
                throw dissolved(sites.of(site).getFirst().end(), gone);
            }
        }
        return opened;
    }

    /// The present place of a primary that has never had anything, so that nothing before it
    /// counts.
    static @Nullable StreamPlace fresh(SlotNode node) throws IOException {
        try (Connection connection = node.port().open()) {
            if (!"1".equals(ServerInfo.read(connection).field("repl_backlog_active"))
                    && !node.stream().beginBacklog()) {
                return null;
            }
            String address = connection.address().toString();
            ServerInfo info = ServerInfo.read(connection);
            Reply size = connection.call("DBSIZE");
            Answers.accept(address, List.of(size));
            if (!(size instanceof Reply.Whole count) || count.value() > 0) {
                throw new SynclineException(
                        ErrorCode.TOPOLOGY_UNUSABLE,
                        address,
                        "this primary joined the "
                                + side(node.end())
                                + " and was given keys before the task knew of it, so what was done"
                                + " to them there before cannot be read",
                        "Let the move end, then start once with --resync-from " + side(node.end()));
            }
            return new StreamPlace(info.replicationId(), info.replicationOffset(), 0);
        }
    }

    private static SynclineException dissolved(End end, FloorRecord.Entry gone) {
        return new SynclineException(
                ErrorCode.TOPOLOGY_UNUSABLE,
                end.instance().endpoint().addresses().getFirst().toString(),
                "the primary of the "
                        + side(end)
                        + " that had the slots "
                        + FloorRecord.ranges(gone.slots())
                        + " is gone, and its last writes were not read",
                "Start once with --resync-from "
                        + side(end)
                        + ": the other side's data is replaced");
    }

    private static String side(End end) {
        return end.site().name().toLowerCase(Locale.ROOT);
    }
}
