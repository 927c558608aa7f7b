package io.syncline.testkit;

import java.util.List;
import java.util.stream.Collectors;

/// What a [KeyspaceDigest] found.
///
/// @param listed the first differences, at most as many as asked for
/// @param total how many there are
/// @param keysCompared keys looked at, on the left side
public record Differences(List<Difference> listed, long total, long keysCompared) {

    private static final int SHOWN = 20;

    public Differences {
        listed = List.copyOf(listed);
        if (total < listed.size()) {
            throw new IllegalArgumentException(
                    listed.size() + " differences listed of a total of " + total);
        }
    }

    public boolean none() {
        return total == 0;
    }

    /// Fails a test that expects equal sides.
    ///
    /// @throws AssertionError naming the first differences, when there are any
    public void requireNone() {
        if (!none()) {
            throw new AssertionError(toString());
        }
    }

    public List<Difference> ofKind(Difference.Kind kind) {
        return listed.stream().filter(difference -> difference.kind() == kind).toList();
    }

    @Override
    public String toString() {
        String head = total + " differences in " + keysCompared + " keys";
        return listed.isEmpty()
                ? head
                : head
                        + ":\n"
                        + listed.stream()
                                .limit(SHOWN)
                                .map(Difference::toString)
                                .collect(Collectors.joining("\n"));
    }
}
