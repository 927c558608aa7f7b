package io.syncline.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One sentinel process that watches one primary and its replicas, alone able to fail over (quorum
/// 1).
public final class Sentinel implements AutoCloseable {
    /// A primary that is silent for so long counts as down.
    private static final int DOWN_AFTER_MILLIS = 1_000;

    private static final int FAILOVER_TIMEOUT_MILLIS = 10_000;

    /// A sentinel asks a primary for its replicas every 10 s, at start at once.
    private static final Duration DISCOVERY = Duration.ofSeconds(30);

    private static final Duration FAILOVER = Duration.ofSeconds(40);

    private final String primaryName;
    private final String password;
    private final Endpoint endpoint;
    private final TemporaryFolder folder;
    private final ChildProcess process;

    private Sentinel(ServerBinary binary, String primaryName, Endpoint primary, String password) {
        this.primaryName = primaryName;
        this.password = password;
        this.endpoint =
                new Endpoint(
                        RedisServer.HOST, Ports.free(), password.isEmpty() ? null : password, null);
        this.folder = TemporaryFolder.create("sentinel");
        folder.write("sentinel.conf", lines(primary));
        this.process =
                ChildProcess.start(
                        List.of(
                                binary.executable().toString(),
                                folder.resolve("sentinel.conf").toString(),
                                "--sentinel"),
                        folder.path(),
                        folder.resolve("sentinel.log"));
    }

    /// Starts a sentinel and waits until it knows the primary and as many replicas.
    public static Sentinel start(String primaryName, RedisServer primary, int replicas) {
        return start(primaryName, primary, replicas, "");
    }

    /// One that asks for a password itself, unless that is empty.
    public static Sentinel start(
            String primaryName, RedisServer primary, int replicas, String password) {
        Sentinel sentinel =
                new Sentinel(primary.binary(), primaryName, primary.endpoint(), password);
        try {
            sentinel.await(
                    "knows " + primary + " and " + replicas + " replicas",
                    DISCOVERY,
                    sentinel::knownReplicas,
                    known -> known == replicas);
            return sentinel;
        } catch (AssertionError failure) {
            sentinel.close();
            throw failure;
        }
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public String primaryName() {
        return primaryName;
    }

    /// Where the primary is now, as this sentinel tells clients.
    public Endpoint primary() {
        try (Wire wire = endpoint.connect()) {
            List<?> address = wire.list("SENTINEL", "GET-MASTER-ADDR-BY-NAME", primaryName);
            return endpoint.at(
                    Replies.text(address.getFirst()), (int) Replies.number(address.get(1)));
        }
    }

    /// Makes a replica the primary, whether the primary is well or dead, and tells its address.
    public Endpoint failover() {
        Endpoint old = primary();
        try (Wire wire = endpoint.connect()) {
            wire.call("SENTINEL", "FAILOVER", primaryName);
        }
        return awaitOtherThan(old);
    }

    /// Waits until the sentinel has replaced a primary that fails.
    public Endpoint awaitOtherThan(Endpoint old) {
        return await(
                "names another primary than " + old,
                FAILOVER,
                this::primary,
                now -> now.port() != old.port());
    }

    @Override
    public void close() {
        process.kill();
        folder.close();
    }

    @Override
    public String toString() {
        return "sentinel@" + endpoint;
    }

    private <T> T await(String what, Duration limit, Supplier<T> current, Predicate<T> accepted) {
        try {
            return Await.value(this + " " + what, limit, current, accepted);
        } catch (AssertionError failure) {
            throw new AssertionError(failure.getMessage() + "\n" + process.logTail(), failure);
        }
    }

    /// Only those that it would promote: connected to it and to their primary.
    private int knownReplicas() {
        try (Wire wire = endpoint.connect()) {
            int well = 0;
            for (Object replica : wire.list("SENTINEL", "SLAVES", primaryName)) {
                Map<String, @Nullable Object> fields = Replies.fields(replica);
                boolean linked = Replies.text(fields.get("master-link-status")).equals("ok");
                well += linked && Replies.text(fields.get("flags")).equals("slave") ? 1 : 0;
            }
            return well;
        }
    }

    private List<String> lines(Endpoint primary) {
        List<String> lines = new ArrayList<>();
        lines.add("port " + endpoint.port());
        lines.add("bind " + endpoint.host());
        lines.add("dir " + folder.path());
        if (!password.isEmpty()) {
            lines.add("requirepass " + password);
        }
        lines.add(
                String.join(
                        " ",
                        "sentinel monitor",
                        primaryName,
                        primary.host(),
                        Integer.toString(primary.port()),
                        "1"));
        lines.add("sentinel down-after-milliseconds " + primaryName + " " + DOWN_AFTER_MILLIS);
        lines.add("sentinel failover-timeout " + primaryName + " " + FAILOVER_TIMEOUT_MILLIS);
        String ofPrimary = primary.password();
        if (ofPrimary != null) {
            lines.add("sentinel auth-pass " + primaryName + " " + ofPrimary);
        }
        return lines;
    }
}
