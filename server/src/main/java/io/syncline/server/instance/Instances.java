package io.syncline.server.instance;

import io.syncline.engine.net.Endpoint;
import io.syncline.server.account.Audit;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Names;
import io.syncline.server.model.Probe;
import io.syncline.server.model.Problem;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Role;
import io.syncline.server.security.Vault;
import io.syncline.server.store.InstanceTable;
import io.syncline.server.store.Store;
import io.syncline.server.store.TaskTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// The instances of an account.
public final class Instances {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Draft.Resolved NOTHING =
            new Draft.Resolved(
                    Endpoint.Topology.STANDALONE, List.of(), "", "", null, false, true, "");

    private final InstanceTable table;
    private final TaskTable tasks;
    private final Vault vault;
    private final Audit audit;
    private final InstantSource clock;
    private final Path folder;
    private final Prober prober;
    private BiConsumer<Actor, RegisteredInstance> onMoved = (actor, instance) -> {};

    /// Serves the instances of a store.
    ///
    /// @param folder for certificates, which the engine reads from files
    public Instances(Store store, Vault vault, Audit audit, InstantSource clock, Path folder) {
        this.table = store.instances();
        this.tasks = store.tasks();
        this.vault = vault;
        this.audit = audit;
        this.clock = clock;
        this.folder = folder;
        this.prober = new Prober(clock);
    }

    /// Who must connect anew when an instance has another endpoint or password.
    public void onMoved(BiConsumer<Actor, RegisteredInstance> action) {
        onMoved = action;
    }

    public List<RegisteredInstance> list(Actor actor) {
        return table.of(actor.account());
    }

    public RegisteredInstance find(Actor actor, String id) {
        return table.find(id)
                .filter(it -> it.account().equals(actor.account()))
                .orElseThrow(() -> Problem.notFound("instance", Names.shown(id)));
    }

    /// An instance whoever owns it, for tasks that use it by a grant.
    public RegisteredInstance any(String id) {
        return ifThere(id).orElseThrow(() -> Problem.notFound("instance", Names.shown(id)));
    }

    /// The same, where its owner may have removed it.
    public Optional<RegisteredInstance> ifThere(String id) {
        return table.find(id);
    }

    public RegisteredInstance register(Actor actor, Draft draft) {
        actor.require(Role.OPERATOR, "register instances");
        Draft.Resolved resolved = draft.resolve(NOTHING);
        String id = Names.id("i");
        String name = draft.name() == null ? resolved.addresses().getFirst() : draft.name();
        RegisteredInstance instance = sealed(id, actor.account(), name, resolved, "");
        requireFreeName(actor, instance);
        table.put(instance);
        audit.record(actor, "instance.create", id, instance.toString());
        return instance;
    }

    /// Changes name, endpoint or password. Tasks that run take it at once.
    public RegisteredInstance change(Actor actor, String id, Draft draft) {
        actor.require(Role.OPERATOR, "change instances");
        RegisteredInstance old = find(actor, id);
        Draft.Resolved resolved =
                draft.resolve(
                        new Draft.Resolved(
                                old.topology(),
                                old.addresses(),
                                old.primaryName(),
                                old.user(),
                                null,
                                old.tls(),
                                old.verifyHost(),
                                old.caPem()));
        requireMeantPassword(old, resolved);
        String name = draft.name() == null ? old.name() : draft.name();
        RegisteredInstance changed =
                sealed(id, old.account(), name, resolved, old.sealedPassword());
        requireFreeName(actor, changed);
        table.put(changed);
        audit.record(
                actor,
                "instance.change",
                id,
                changed + (resolved.password() == null ? "" : ", new password"));
        if (isMoved(old, changed)) {
            onMoved.accept(actor, changed);
        }
        return changed;
    }

    /// Who may change an address may not read the password, nor have it sent to a server of theirs.
    private static void requireMeantPassword(RegisteredInstance old, Draft.Resolved now) {
        boolean others =
                !old.addresses().containsAll(now.addresses())
                        || (old.tls() && !now.tls())
                        || (old.verifyHost() && !now.verifyHost())
                        || !old.caPem().equals(now.caPem());
        if (others && now.password() == null && !old.sealedPassword().isEmpty()) {
            throw new Problem(
                    Problem.Code.BAD_REQUEST,
                    "password",
                    "the stored one was given for " + String.join(", ", old.addresses()),
                    "Give the password again: it would be sent to whoever answers now");
        }
    }

    private static boolean isMoved(RegisteredInstance old, RegisteredInstance now) {
        return !old.sealedPassword().equals(now.sealedPassword())
                || !old.endpoint("", null).equals(now.endpoint("", null))
                || !old.caPem().equals(now.caPem());
    }

    private RegisteredInstance sealed(
            String id, String account, String name, Draft.Resolved it, String oldPassword) {
        return new RegisteredInstance(
                id,
                account,
                Names.checked("name", name),
                it.topology(),
                it.addresses(),
                it.primaryName(),
                it.user(),
                it.password() == null ? oldPassword : vault.seal(id, it.password()),
                it.tls(),
                it.verifyHost(),
                it.caPem(),
                "",
                clock.instant());
    }

    private void requireFreeName(Actor actor, RegisteredInstance instance) {
        boolean taken =
                list(actor).stream()
                        .anyMatch(it ->
                                it.name().equals(instance.name())
                                        && !it.id().equals(instance.id()));
        if (taken) {
            throw new Problem(
                    Problem.Code.NAME_TAKEN,
                    "name",
                    "there is an instance named '" + instance.name() + "' already",
                    "Choose another name, or change that one");
        }
    }

    public void remove(Actor actor, String id) {
        actor.require(Role.OPERATOR, "remove instances");
        RegisteredInstance instance = find(actor, id);
        // Names of another account's tasks are its own affair.
        List<String> users =
                tasks.all().stream()
                        .filter(t -> t.uses(id))
                        .map(t ->
                                t.account().equals(actor.account())
                                        ? t.name()
                                        : "a task of account " + t.account())
                        .distinct()
                        .toList();
        if (!users.isEmpty()) {
            throw new Problem(
                    Problem.Code.IN_USE,
                    "instance",
                    "it is used by " + String.join(", ", users),
                    "Release those tasks first; another account's tasks are for its operators to"
                            + " release");
        }
        table.remove(id);
        audit.record(actor, "instance.remove", id, instance.name());
    }

    /// *Test connectivity* of a registered instance; what was seen is kept.
    public Probe test(Actor actor, String id) {
        actor.require(Role.OPERATOR, "test connections");
        RegisteredInstance instance = find(actor, id);
        Probe probe = prober.look(endpoint(instance));
        table.probe(id, JSON.writeValueAsString(probe));
        return probe;
    }

    /// *Test connectivity* of what a user is about to register; nothing is kept.
    public Probe test(Actor actor, Draft draft) {
        actor.require(Role.OPERATOR, "test connections");
        Draft.Resolved it = draft.resolve(NOTHING);
        String password = it.password() == null ? "" : it.password();
        RegisteredInstance instance = sealed(Names.id("x"), actor.account(), "test", it, "");
        try {
            return prober.look(instance.endpoint(password, caFile(instance)));
        } finally {
            delete(folder.resolve(instance.id() + ".pem"));
        }
    }

    /// Refuses commands that neither Syncline nor one of these instances knows and that are near a
    /// known one. Whoever asks may use them.
    ///
    /// @param ids empty ones are left out
    /// @return those that nobody knows and that are near none
    public List<String> requireCommands(String commands, List<String> ids) {
        return NamedCommands.require(
                commands,
                ids.stream()
                        .filter(id -> !id.isEmpty())
                        .map(this::any)
                        .map(this::endpoint)
                        .toList());
    }

    /// What was last seen there; null before the first look.
    public static @Nullable Probe lastProbe(RegisteredInstance instance) {
        return instance.probe().isEmpty() ? null : JSON.readValue(instance.probe(), Probe.class);
    }

    /// What the engine connects with, password included.
    public Endpoint endpoint(RegisteredInstance instance) {
        return instance.endpoint(
                vault.open(instance.id(), instance.sealedPassword()), caFile(instance));
    }

    private @Nullable Path caFile(RegisteredInstance instance) {
        if (instance.caPem().isEmpty()) {
            return null;
        }
        Path file = folder.resolve(instance.id() + ".pem");
        try {
            Files.createDirectories(folder);
            Files.writeString(file, instance.caPem() + "\n");
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("the certificate cannot be written to " + file, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            System.getLogger(Instances.class.getName())
                    .log(System.Logger.Level.WARNING, "cannot delete " + file, e);
        }
    }
}
