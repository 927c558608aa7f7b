package io.syncline.server.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.pair.PairChoices;
import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.engine.twoway.Site;
import org.junit.jupiter.api.Test;

class PairChoicesReaderTest {
    private final Settings settings = new Settings();

    @Test
    void aTaskIsOneWayUnlessSaidOtherwise() {
        assertThat(PairChoicesReader.read(settings)).isNull();
    }

    @Test
    void readsWhatATwoWayTaskShallDo() {
        settings.offer(Setting.TWO_WAY, "true");
        settings.offer(Setting.CONFLICT_GUARD, "contended");
        settings.offer(Setting.RESYNC_FROM, "target");

        assertThat(PairChoicesReader.read(settings))
                .isEqualTo(new PairChoices(GuardPolicy.Mode.CONTENDED, Site.TARGET));
    }

    @Test
    void whatOnlyOneKindOfTaskKnowsIsRefusedForTheOther() {
        settings.offer(Setting.RESYNC_FROM, "source");
        assertThatThrownBy(() -> PairChoicesReader.read(settings))
                .isInstanceOf(SynclineException.class)
                .hasMessageContaining("it needs --two-way");
        settings.offer(Setting.TWO_WAY, "true");
        settings.offer(Setting.EXTEND_EXPIRY, "5");
        assertThatThrownBy(() -> PairChoicesReader.read(settings))
                .isInstanceOf(SynclineException.class)
                .hasMessageContaining("it cannot stand together with --two-way");
    }

    @Test
    void bothSidesAreReadAsReplicasDo() {
        settings.offer(Setting.TWO_WAY, "true");
        settings.offer(Setting.SOURCE, "file:dump.rdb");
        assertThatThrownBy(() -> PairChoicesReader.read(settings))
                .isInstanceOf(SynclineException.class)
                .hasMessageContaining("a file takes no writes");
    }

    @Test
    void aScanTellsNoOrderOfWrites() {
        settings.offer(Setting.TWO_WAY, "true");
        settings.offer(Setting.SOURCE_MODE, "scan");
        assertThatThrownBy(() -> PairChoicesReader.read(settings))
                .isInstanceOf(SynclineException.class)
                .hasMessageContaining("it cannot stand together with --two-way");
    }

    @Test
    void aPairDoesNotEndWithItsFirstCopy() {
        settings.offer(Setting.TWO_WAY, "true");
        settings.offer(Setting.SNAPSHOT_ONLY, "true");
        assertThatThrownBy(() -> PairChoicesReader.read(settings))
                .isInstanceOf(SynclineException.class)
                .hasMessageContaining("it cannot stand together with --two-way");
    }
}
