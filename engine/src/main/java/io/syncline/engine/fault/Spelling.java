package io.syncline.engine.fault;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// What a mistyped word was probably meant to be.
public final class Spelling {
    /// Further apart are two words that have nothing to do with each other.
    private static final int MOST_EDITS = 2;

    private Spelling() {}

    /// The known word that is the fewest edits away, the first of several; null when none is near.
    public static @Nullable String nearest(String word, Collection<String> known) {
        String nearest = null;
        int fewest = Math.min(MOST_EDITS, word.length() / 2) + 1;
        for (String each : known) {
            if (Math.abs(each.length() - word.length()) < fewest) {
                int edits = edits(word, each);
                if (edits < fewest) {
                    fewest = edits;
                    nearest = each;
                }
            }
        }
        return nearest;
    }

    /// Letters to insert, take away, replace or swap with the next one (optimal string alignment).
    private static int edits(String one, String other) {
        int[][] least = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int j = 0; j <= other.length(); j++) {
                if (i == 0 || j == 0) {
                    least[i][j] = i + j;
                    continue;
                }
                boolean same = one.charAt(i - 1) == other.charAt(j - 1);
                int best = least[i - 1][j - 1] + (same ? 0 : 1);
                best = Math.min(best, Math.min(least[i - 1][j], least[i][j - 1]) + 1);
                boolean swapped =
                        i > 1
                                && j > 1
                                && one.charAt(i - 1) == other.charAt(j - 2)
                                && one.charAt(i - 2) == other.charAt(j - 1);
                least[i][j] = swapped ? Math.min(best, least[i - 2][j - 2] + 1) : best;
            }
        }
        return least[one.length()][other.length()];
    }
}
