package io.syncline.engine.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.verify.ListDiff.Gap;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ListDiffTest {
    private static final int SAME = 4;
    private static final int LONGEST = 10;

    private final List<Integer> one = new ArrayList<>(IntStream.range(0, 100).boxed().toList());
    private final List<Integer> other = new ArrayList<>(one);

    @Test
    void aShiftIsNoGap() {
        other.subList(0, 7).clear();

        assertThat(diff()).isEqualTo(new ListDiff(List.of(), -7));
    }

    @Test
    void elementsThatAreOtherOrTooManyOrMissingAreGaps() {
        other.set(20, -1);
        other.addAll(40, List.of(-2, -3));
        other.subList(72, 75).clear();

        assertThat(diff())
                .isEqualTo(
                        new ListDiff(
                                List.of(
                                        new Gap(20, 21, 20, 21),
                                        new Gap(40, 40, 40, 42),
                                        new Gap(70, 73, 72, 72)),
                                -1));
    }

    @Test
    void whatIsLongerThanAGapMayBeIsNone() {
        other.subList(30, 45).clear();

        assertThat(diff().gaps()).isEmpty();
    }

    private ListDiff diff() {
        return ListDiff.of(one, other, SAME, LONGEST);
    }
}
