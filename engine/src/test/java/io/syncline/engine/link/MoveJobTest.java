package io.syncline.engine.link;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.resp.Reply;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class MoveJobTest {
    private static final List<MoveJob> JOBS =
            MoveJob.of(
                    new Reply.Items(
                            List.of(
                                    job("0-5 9", "success", 100),
                                    job("5-7", "success", 200),
                                    job("20", "failed", 300),
                                    job("30-31", "replicating", 10),
                                    job("40", "cancelled", 310))));

    private static Reply job(String ranges, String state, long updated) {
        return new Reply.Items(
                List.of(
                        bulk("name"), bulk("some"),
                        bulk("slot_ranges"), bulk(ranges),
                        bulk("last_update_time"), new Reply.Whole(updated),
                        bulk("state"), bulk(state)));
    }

    private static Reply bulk(String text) {
        return new Reply.Bulk(text.getBytes(UTF_8));
    }

    private static BitSet concerned(long seconds) {
        BitSet slots = new BitSet();
        MoveJob.concerning(JOBS, seconds).forEach(job -> slots.or(job.slots()));
        return slots;
    }

    @Test
    void aJobConcernsWhoeverHasNotFollowedIt() {
        assertThat(concerned(0)).hasToString("{0, 1, 2, 3, 4, 5, 6, 7, 9, 30, 31}");
        assertThat(concerned(100)).hasToString("{0, 1, 2, 3, 4, 5, 6, 7, 9, 30, 31}");
        assertThat(concerned(101)).hasToString("{5, 6, 7, 30, 31}");
        assertThat(concerned(Long.MAX_VALUE)).hasToString("{30, 31}");
    }

    @Test
    void whatMovedSinceIsFound() {
        assertThat(MoveJob.movedSince(JOBS, 99)).hasToString("{0, 1, 2, 3, 4, 5, 6, 7, 9}");
        assertThat(MoveJob.movedSince(JOBS, 100)).hasToString("{5, 6, 7}");
        assertThat(MoveJob.movedSince(JOBS, Long.MAX_VALUE)).hasToString("{}");
    }

    @Test
    void theLastJobThatEndedWellIsRemembered() {
        assertThat(MoveJob.lastEnd(JOBS)).isEqualTo(200);
        assertThat(MoveJob.lastEnd(MoveJob.of(new Reply.Failure("NOPERM")))).isZero();
    }
}
