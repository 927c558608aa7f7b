package io.syncline.server.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.link.LinkStatus;
import io.syncline.engine.link.Phase;
import io.syncline.server.lifecycle.Standing;
import io.syncline.server.lifecycle.TaskState;
import io.syncline.server.model.Account;
import io.syncline.server.model.AlertRecord;
import io.syncline.server.model.AlertRules;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Task;
import io.syncline.server.security.Vault;
import io.syncline.server.store.Store;
import io.syncline.server.view.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is told, and what is not, by a clock that the test turns.
class AlertsTest {
    private static final String SILENT = "not told: within the silence period";
    private static final AlertRules STATE = new AlertRules(0, 60, true, 24, 95, 90, 1, 30);

    private static final Progress NOTHING =
            new Progress(Duration.ZERO, new LinkStatus(List.of(), ""), List.of());

    @TempDir private Path folder;

    private Store store;
    private Teller teller;
    private Alerts alerts;
    private int memory;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void open() {
        store = Store.open("", folder);
        teller = new Teller(store, Vault.open(folder, Map.of(), Map.of()));
        alerts = new Alerts(store, teller, () -> now, () -> memory);
        store.accounts().add(new Account("a-1", "default", true, now));
        store.instances().put(instance("i-1"));
        store.instances().put(instance("i-2"));
    }

    @AfterEach
    void close() {
        teller.close();
        store.close();
    }

    private RegisteredInstance instance(String id) {
        return new RegisteredInstance(
                id,
                "a-1",
                id,
                io.syncline.engine.net.Endpoint.Topology.STANDALONE,
                List.of("127.0.0.1:1"),
                "",
                "",
                "",
                false,
                true,
                "",
                "",
                now);
    }

    private Task task(TaskState state) {
        Task task =
                new Task(
                        "t-1",
                        "a-1",
                        "orders",
                        Task.Topology.ONE_WAY,
                        new Task.Side("i-1", ""),
                        new Task.Side("i-2", ""),
                        Map.of(),
                        STATE,
                        Standing.of(state),
                        now,
                        "the source is away",
                        "",
                        0,
                        false,
                        Map.of(),
                        now,
                        "admin");
        store.tasks().put(task);
        return task;
    }

    private void enters(TaskState state) {
        alerts.changed(task(state), task(state));
    }

    private List<AlertRecord> raised() {
        return store.alerts().history("a-1", 10);
    }

    private boolean isSilent(int newest) {
        return raised().get(newest).delivery().equals(SILENT);
    }

    @Test
    void aFailureAfterRetryingIsToldAlthoughTheRetryingWasToldJustBefore() {
        enters(TaskState.RETRYING);
        now = now.plus(Duration.ofMinutes(10));

        enters(TaskState.FAILED);

        assertThat(raised()).hasSize(2);
        assertThat(raised().getFirst().text()).startsWith("Failed");
        assertThat(isSilent(0)).isFalse();
        assertThat(raised().get(1).over()).isEqualTo(now);
    }

    @Test
    void whatComesBackWithinTheSilenceIsToldOnceItHasLastedLonger() {
        enters(TaskState.RETRYING);
        enters(TaskState.RUNNING);
        now = now.plus(Duration.ofMinutes(10));
        enters(TaskState.RETRYING);
        assertThat(isSilent(0)).isTrue();

        now = now.plus(Duration.ofMinutes(19));
        alerts.tick();
        assertThat(isSilent(0)).isTrue();
        now = now.plus(Duration.ofMinutes(1));
        alerts.tick();
        teller.await();

        assertThat(raised()).hasSize(2);
        assertThat(isSilent(0)).isFalse();
    }

    @Test
    void memoryNearItsLimitIsToldWhenItStaysThere() {
        Task task = task(TaskState.RUNNING);
        memory = 95;
        alerts.measured(task, NOTHING);
        assertThat(raised()).isEmpty();
        now = now.plus(Duration.ofSeconds(11));
        alerts.measured(task, NOTHING);
        assertThat(raised().getFirst().rule()).isEqualTo("memory");
        assertThat(raised().getFirst().text()).contains("95 % full");

        memory = 50;
        alerts.measured(task, NOTHING);

        assertThat(raised().getFirst().over()).isEqualTo(now);
    }

    @Test
    void aSpoolNearItsLimitIsTold() {
        Task task = task(TaskState.RUNNING);
        alerts.measured(task, waiting(9L << 30));
        assertThat(raised()).isEmpty();

        alerts.measured(task, waiting(10L << 30));

        assertThat(raised().getFirst().rule()).isEqualTo("spool");
    }

    @Test
    void aFullSynchronizationThatTakesTooLongIsToldThoughItWasInTroubleMeanwhile() {
        alerts.measured(task(TaskState.INITIALIZING), NOTHING);
        now = now.plus(Duration.ofHours(23));
        alerts.measured(task(TaskState.RETRYING), NOTHING);
        assertThat(raised()).isEmpty();
        now = now.plus(Duration.ofHours(2));
        alerts.measured(task(TaskState.INITIALIZING), NOTHING);

        assertThat(raised().getFirst().rule()).isEqualTo("full-sync");
        assertThat(raised().getFirst().text()).contains("longer than 24 h");

        alerts.measured(task(TaskState.RUNNING), NOTHING);

        assertThat(raised().getFirst().over()).isEqualTo(now);
    }

    /// One shard with so many bytes in the spool, of the 10 GiB that there may be on disk.
    private static Progress waiting(long bytes) {
        LinkStatus.Shard shard =
                new LinkStatus.Shard(
                        0,
                        "127.0.0.1:1",
                        Phase.STREAMING,
                        "",
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        0,
                        bytes,
                        0,
                        0,
                        0,
                        0);
        return new Progress(
                Duration.ZERO, new LinkStatus(List.of(shard), ""), List.of(Progress.Rates.NONE));
    }

    @Test
    void theEndIsToldWhereTheBeginWas() {
        enters(TaskState.RETRYING);
        now = now.plus(Duration.ofMinutes(5));

        enters(TaskState.RUNNING);
        teller.await();

        assertThat(raised().getFirst().delivery())
                .isEqualTo(
                        "not told: the account has no channel\n"
                                + "over: not told: the account has no channel");
    }

    @Test
    void whatAProcessHadNoTimeToTellIsToldByTheNextOne() {
        task(TaskState.FAILED);
        long id = store.alerts().raise("a-1", "t-1", now, "state", "Failed: a reason");

        Alerts next = new Alerts(store, teller, () -> now, () -> memory);
        next.tick();
        teller.await();

        assertThat(raised().getFirst().id()).isEqualTo(id);
        assertThat(raised().getFirst().delivery()).contains("no channel");
    }
}
