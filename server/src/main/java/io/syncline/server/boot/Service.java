package io.syncline.server.boot;

import io.javalin.config.JavalinConfig;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.HostPort;
import io.syncline.server.account.Accounts;
import io.syncline.server.account.Audit;
import io.syncline.server.account.Grants;
import io.syncline.server.account.Logins;
import io.syncline.server.alert.Alerts;
import io.syncline.server.alert.Channels;
import io.syncline.server.alert.Teller;
import io.syncline.server.api.TaskViews;
import io.syncline.server.console.Console;
import io.syncline.server.console.Services;
import io.syncline.server.console.Surroundings;
import io.syncline.server.instance.Instances;
import io.syncline.server.metrics.Charts;
import io.syncline.server.metrics.Heap;
import io.syncline.server.metrics.Prometheus;
import io.syncline.server.model.Account;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Problem;
import io.syncline.server.rest.AccountApi;
import io.syncline.server.rest.AlertApi;
import io.syncline.server.rest.InstanceApi;
import io.syncline.server.rest.SystemApi;
import io.syncline.server.rest.TaskApi;
import io.syncline.server.rest.TaskLogApi;
import io.syncline.server.rest.VerificationApi;
import io.syncline.server.security.OwnerOnly;
import io.syncline.server.security.Vault;
import io.syncline.server.store.Store;
import io.syncline.server.task.Directions;
import io.syncline.server.task.TaskChanges;
import io.syncline.server.task.TaskFiles;
import io.syncline.server.task.Tasks;
import io.syncline.server.verification.Verifications;
import io.syncline.server.web.Certificate;
import io.syncline.server.web.Gate;
import io.syncline.server.web.WebServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The service: everything it is made of, wired by hand, in the order of dependence.
public final class Service implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Service.class.getName());
    private static final long TICK_MILLIS = 1_000;
    private static final long TRIM_MILLIS = 3_600_000;

    private final Store store;
    private final DataLock lock;
    private final Tasks tasks;
    private final Verifications verifications;
    private final Charts charts;
    private final Alerts alerts;
    private final Teller teller;
    private final Instances instances;
    private final Logins logins;
    private final Console console;
    private final SampleServers samples;
    private final WebServer web;
    private final @Nullable String firstPassword;
    private volatile Runnable onTaken = () -> {};
    private boolean taken;
    private final Gate gate;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().name("service-timer").daemon().factory());

    private Service(ServerOptions options, DataLock lock, Store store) {
        this.lock = lock;
        this.store = store;
        InstantSource clock = InstantSource.system();
        Vault vault = Vault.open(options.data(), options.environment(), store.sealed());
        Audit audit = new Audit(store, clock);
        logins = new Logins(store, audit, clock);
        String chosen = options.environment().getOrDefault(ServerOptions.PASSWORD_VARIABLE, "");
        requireFirst(logins, chosen);
        Accounts accounts = new Accounts(store, audit, clock);
        Grants grants = new Grants(store, audit, clock);
        instances = new Instances(store, vault, audit, clock, options.data().resolve("ca"));
        charts = new Charts(store, clock);
        teller = new Teller(store, vault);
        alerts = new Alerts(store, teller, clock, Heap::usedPercent);
        Observers observers = new Observers(List.of(charts, alerts));
        tasks = new Tasks(store, instances, grants, audit, clock, options.data(), observers);
        verifications = new Verifications(store, tasks, audit, observers, options.data());
        observers.add(verifications);
        Channels channels = new Channels(store, vault, teller, audit, clock);
        samples = new SampleServers(tasks, instances, options.data());
        TaskChanges changes = new TaskChanges(tasks, instances, audit);
        Directions directions = new Directions(tasks, audit);
        TaskFiles files = new TaskFiles(tasks, instances, verifications::plan);
        TaskViews views = new TaskViews(instances);
        gate = new Gate(logins);
        console =
                new Console(
                        gate,
                        logins,
                        new Services(
                                accounts,
                                grants,
                                audit,
                                instances,
                                tasks,
                                verifications,
                                changes,
                                directions,
                                files,
                                charts,
                                channels,
                                views),
                        new Surroundings(store, options.data(), RecentLog::lines, samples::begin));
        List<Consumer<JavalinConfig>> routes =
                List.of(
                        new AccountApi(logins, accounts, grants, audit)::routes,
                        new InstanceApi(instances)::routes,
                        new TaskApi(tasks, changes, directions, files, views)::routes,
                        new TaskLogApi(tasks, changes, charts)::routes,
                        new AlertApi(channels)::routes,
                        new VerificationApi(tasks, verifications)::routes,
                        new SystemApi(store, new Prometheus(tasks, verifications), gate::isOpen)
                                ::routes,
                        console::routes);
        web = WebServer.start(options.listen(), certificate(options), gate, routes);
        // Last: a password that is made here is told this once, so nothing may fail behind it.
        firstPassword = logins.firstStart(chosen);
    }

    private static void requireFirst(Logins logins, String chosen) {
        try {
            logins.requireFirst(chosen);
        } catch (Problem e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            ServerOptions.PASSWORD_VARIABLE,
                            e.message(),
                            e.remedy()),
                    e);
        }
    }

    /// Starts everything; returns when requests are answered and tasks go on.
    public static Service start(ServerOptions options) {
        LogBridge.install();
        makeFolder(options.data());
        DataLock lock = DataLock.take(options.data());
        Store store = null;
        try {
            store = Store.open(options.store(), options.data());
            Service service = new Service(options, lock, store);
            service.begin();
            return service;
        } catch (RuntimeException e) {
            if (store != null) {
                store.close();
            }
            lock.close();
            throw e;
        }
    }

    private static void makeFolder(Path folder) {
        try {
            if (Files.isDirectory(folder)) {
                return;
            }
            // Names of keys, and parts of their values, are nobody else's business.
            Path parent = folder.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(folder, OwnerOnly.folder());
        } catch (IOException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            "--data",
                            "the folder '" + folder + "' cannot be made: " + e.getMessage(),
                            "Name a folder that this user may write to"),
                    e);
        }
    }

    private static @Nullable Certificate certificate(ServerOptions options) {
        Path certificate = options.tlsCertificate();
        Path key = options.tlsKey();
        return certificate == null || key == null ? null : Certificate.read(certificate, key);
    }

    /// What ends the process when another service has taken the store.
    public void onTaken(Runnable action) {
        onTaken = action;
    }

    /// Two services must never run one task: what the other one has taken over is let go.
    private void watchStore() {
        if (taken || !store.isTaken()) {
            return;
        }
        taken = true;
        LOG.log(System.Logger.Level.ERROR, "another service uses the store; this one stops");
        leaveTasks();
        onTaken.run();
    }

    private void begin() {
        tasks.resume();
        samples.forget();
        verifications.resume();
        gate.open();
        every(TICK_MILLIS, this::watchStore);
        every(TICK_MILLIS, tasks::tick);
        every(TICK_MILLIS, verifications::tick);
        every(TICK_MILLIS, alerts::tick);
        every(TICK_MILLIS, console::send);
        every(TICK_MILLIS, samples::tick);
        every(TRIM_MILLIS, charts::trim);
    }

    private void every(long millis, Runnable work) {
        ScheduledFuture<?> unused =
                timer.scheduleWithFixedDelay(guarded(work), millis, millis, TimeUnit.MILLISECONDS);
    }

    /// A timer that throws would never run again.
    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "timer", e);
            }
        };
    }

    public HostPort address() {
        return web.address();
    }

    /// The admin's password, at the first start only and only when it was made here.
    public @Nullable String firstPassword() {
        return firstPassword;
    }

    Instances instances() {
        return instances;
    }

    Tasks tasks() {
        return tasks;
    }

    /// The admin of the first account, for what is done before anybody logs in.
    Actor firstAdmin() {
        return Actor.system(
                store.accounts().all().stream()
                        .filter(Account::root)
                        .map(Account::id)
                        .findFirst()
                        .orElseThrow());
    }

    private void leaveTasks() {
        try {
            tasks.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stops to answer, stops every link cleanly, and closes the store.
    @Override
    public void close() {
        timer.shutdown();
        web.close();
        verifications.close();
        leaveTasks();
        samples.close();
        teller.close();
        store.close();
        lock.close();
    }
}
