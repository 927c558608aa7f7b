package io.syncline.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.target.OwnKeys;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Which expiries are held, and for how long that is known.
class HeldExpiriesTest {
    private static final long SOON = 30_000;
    private static final long LATE = 3_600_000;

    private final AtomicLong now = new AtomicLong(1_000_000_000);
    private final HeldNotes notes = new HeldNotes(new OwnKeys("it"), 0, false);
    private final HeldExpiries held = new HeldExpiries(true, now::get, notes);
    private final Progress progress = new Progress("here");

    private long sent(String key, long fromNow) {
        byte[] name = key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return held.sent(
                        0, new ByteSlice().set(name, 0, name.length), now.get() + fromNow, progress)
                - now.get();
    }

    @Test
    void onlyWhatIsSoonIsHeldAndOnlyBehind() {
        assertThat(sent("k", SOON)).isEqualTo(SOON);
        held.begin();
        assertThat(sent("k", SOON)).isEqualTo(HeldExpiries.HOLD_MILLIS);
        assertThat(sent("past", -SOON)).isEqualTo(HeldExpiries.HOLD_MILLIS);
        assertThat(sent("other", LATE)).isEqualTo(LATE);
        held.end();
        assertThat(sent("third", SOON)).isEqualTo(SOON);
        assertThat(held.first(10)).hasSize(2);
    }

    @Test
    void theMoreIsStillToComeTheMoreIsSoon() {
        held.begin();
        assertThat(sent("k", LATE)).isEqualTo(LATE);
        progress.snapshotKeysTotal.set(100_000_000);
        assertThat(sent("k", LATE)).isEqualTo(HeldExpiries.HOLD_MILLIS);
        progress.snapshotKeys.set(100_000_000);
        assertThat(sent("l", LATE)).isEqualTo(LATE);
        progress.snapshotBytesTotal = 1L << 36;
        assertThat(sent("l", LATE)).isEqualTo(HeldExpiries.HOLD_MILLIS);
    }

    @Test
    void aKeyThatIsGivenALaterExpiryIsNotHeldAnyMore() {
        held.begin();
        sent("k", SOON);
        assertThat(sent("k", LATE)).isEqualTo(LATE);
        assertThat(held.isEmpty()).isTrue();
    }

    @Test
    void aPlaceIsNotTakenForReachedWhileAKeyBeforeItIsHeld() {
        held.begin();
        held.stream(500);
        sent("k", SOON);
        held.stream(500);
        assertThat(held.shown(500)).isEqualTo(499);
        assertThat(held.shown(900)).isEqualTo(499);
        held.forget(held.first(10).keySet());
        assertThat(held.shown(500)).isEqualTo(500);
    }

    @Test
    void theTargetIsToldWhatIsHeldAndWhatIsNotAnyMore() {
        held.begin();
        sent("k", SOON);
        ByteBuilder out = new ByteBuilder(100);
        assertThat(held.note(out)).isOne();
        assertThat(out.toString())
                .contains("HSET", "__syncline:{it}:held:0", "\nk\r", now.get() + SOON + " ");
        out.clear();
        assertThat(held.note(out)).isZero();
        sent("k", LATE);
        sent("other", LATE);
        assertThat(held.note(out)).isOne();
        assertThat(out.toString()).contains("HDEL").doesNotContain("other");
    }

    @Test
    void thereIsALimitToWhatIsRemembered() {
        held.begin();
        for (int i = 0; i < 200_000; i++) {
            sent("key:" + i, SOON);
        }
        assertThat(held.first(Integer.MAX_VALUE)).hasSize(100_000);
        assertThat(sent("beyond", SOON)).isEqualTo(SOON);
        assertThat(held.hasOverflowed()).isTrue();
        assertThat(held.hasOverflowed()).isFalse();
    }

    @Test
    void whereNoCommandComesBehindNothingIsHeld() {
        HeldExpiries unused = new HeldExpiries(false, now::get, notes);
        unused.begin();
        assertThat(unused.isBehind()).isFalse();
        assertThat(unused.isActive()).isFalse();
    }
}
