package io.syncline.engine.twoway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.syncline.engine.twoway.SimSite.Violation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What really happened to the keys that both sites write: who had seen what when it wrote. The
/// final value must be of a write that no other one is later than: later is a write that had seen
/// it, or, where neither had seen the other, one with the later time.
final class SimTruth {
    /// One write.
    private record Wrote(
            String key, String value, Site site, long offset, long millis, Set<String> past) {}

    private final SimWorld world;
    private final List<Wrote> all = new ArrayList<>();
    private final List<Set<String>> known = List.of(new HashSet<>(), new HashSet<>());
    private final Map<String, String> madeOf = new HashMap<>();

    SimTruth(SimWorld world) {
        this.world = world;
    }

    /// @param whole the key's value behind the write
    void wrote(Site site, String key, String value, String whole) {
        Set<String> knows = known.get(site.index());
        Set<String> past = new HashSet<>(knows);
        past.removeIf(each -> !each.startsWith(key));
        all.add(
                new Wrote(
                        key,
                        value,
                        site,
                        world.site(site).offset,
                        world.now + world.estimateOf(site),
                        past));
        madeOf.put(value, whole);
        knows.add(key + value);
    }

    /// A transaction took effect: its site knows now what the other one had done.
    void executed(Site site, Marker marker) {
        Set<String> knows = known.get(site.index());
        for (Wrote wrote : all) {
            if (wrote.site() == site.other() && covers(marker, wrote)) {
                knows.add(wrote.key() + wrote.value());
                knows.addAll(wrote.past());
            }
        }
    }

    private static boolean covers(Marker marker, Wrote wrote) {
        int database = wrote.key().equals("a") ? 1 : 0;
        Long copied = marker.transfers().get(new KeyId(database, wrote.key().getBytes(US_ASCII)));
        return wrote.offset() <= marker.through().offset()
                || (copied != null && wrote.offset() <= copied);
    }

    private static boolean isLater(Wrote one, Wrote two) {
        if (one.equals(two)) {
            return false;
        }
        if (one.past().contains(two.key() + two.value())) {
            return true;
        }
        if (two.past().contains(one.key() + one.value())) {
            return false;
        }
        return one.millis() != two.millis()
                ? one.millis() > two.millis()
                : one.site().compareTo(two.site()) > 0;
    }

    void check(String key, String found) {
        List<Wrote> writes = all.stream().filter(each -> each.key().equals(key)).toList();
        if (writes.isEmpty()) {
            return;
        }
        world.tally.lastWriterKeys++;
        String[] parts = found.split(",", -1);
        String last = parts.length < 2 ? "" : parts[parts.length - 2] + ",";
        List<String> undominated =
                writes.stream()
                        .filter(each -> writes.stream().noneMatch(other -> isLater(other, each)))
                        .map(Wrote::value)
                        .toList();
        if (!undominated.isEmpty() && !undominated.contains(last)) {
            world.tally.wrongWinners++;
            if (world.isStrict()) {
                throw new Violation(
                        key + " is " + found + " but the last write is of " + undominated);
            }
        }
        if (key.equals("a")) {
            requireUnmixed(found);
        }
    }

    /// Every piece stands behind just what its writer saw.
    private void requireUnmixed(String found) {
        for (String part : found.split(",", -1)) {
            String made = madeOf.get(part + ",");
            if (made != null && !found.startsWith(made)) {
                world.tally.mixedRecords++;
                if (world.isStrict()) {
                    throw new Violation("records are mixed: " + found + " has a piece of " + made);
                }
                return;
            }
        }
    }
}
