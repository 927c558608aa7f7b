package io.syncline.engine.verify;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where two windows of a list differ: gaps between what is the same in both. Pure.
///
/// @param gaps in order; each has enough of the same before and behind it
/// @param shift how much further the other window is at its end, in elements
record ListDiff(List<Gap> gaps, int shift) {
    /// Elements of one window that stand in the place of others of the other.
    record Gap(int one, int oneEnd, int other, int otherEnd) {}

    ListDiff {
        gaps = List.copyOf(gaps);
    }

    /// @param same how many equal elements in a row are no accident
    /// @param longest gap that is looked over
    static <T> ListDiff of(List<T> one, List<T> other, int same, int longest) {
        List<Gap> gaps = new ArrayList<>();
        int @Nullable [] at = meet(one, 0, other, 0, same, Math.min(one.size(), other.size()) / 2);
        int @Nullable [] last = at;
        while (at != null) {
            int i = at[0];
            int j = at[1];
            while (i < one.size() && j < other.size() && one.get(i).equals(other.get(j))) {
                i++;
                j++;
            }
            last = new int[] {i, j};
            at = meet(one, i, other, j, same, longest);
            if (at != null) {
                gaps.add(new Gap(i, at[0], j, at[1]));
            }
        }
        return new ListDiff(gaps, last == null ? 0 : last[1] - last[0]);
    }

    /// The next place from which on both are the same for a while, by the fewest elements that are
    /// left out.
    private static <T> int @Nullable [] meet(
            List<T> one, int from, List<T> other, int otherFrom, int same, int longest) {
        for (int skipped = 0; skipped <= longest; skipped++) {
            for (int left = 0; left <= skipped; left++) {
                int i = from + left;
                int j = otherFrom + skipped - left;
                if (i + same <= one.size()
                        && j + same <= other.size()
                        && one.get(i).equals(other.get(j))
                        && one.subList(i, i + same).equals(other.subList(j, j + same))) {
                    return new int[] {i, j};
                }
            }
        }
        return null;
    }
}
