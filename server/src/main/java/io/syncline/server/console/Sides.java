package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import io.syncline.engine.fault.SynclineException;
import io.syncline.server.account.Grants;
import io.syncline.server.instance.Instances;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Grant;
import io.syncline.server.model.Probe;
import io.syncline.server.model.Problem;
import io.syncline.server.model.RegisteredInstance;
import io.syncline.server.model.Role;
import io.syncline.server.model.Task;
import io.syncline.server.task.NewTask;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The instances that a task may have at its ends: the account's own, and those of others by a role
/// they granted. A choice is an instance's id, or `grant:instance`.
final class Sides {
    /// A choice that is not there yet.
    static final String NEW = "new";

    private final Instances instances;
    private final Grants grants;

    Sides(Instances instances, Grants grants) {
        this.instances = instances;
        this.grants = grants;
    }

    /// Choices and their words.
    Map<String, String> options(Actor actor) {
        Map<String, String> options = new LinkedHashMap<>();
        for (RegisteredInstance it : instances.list(actor)) {
            options.put(it.id(), it.name() + " (" + String.join(", ", it.addresses()) + ")");
        }
        for (Grant grant : received(actor)) {
            for (String id : grant.instances()) {
                // Its owner may have removed it since.
                instances
                        .ifThere(id)
                        .ifPresent(it -> options.put(grant.id() + ":" + id, words(it, grant)));
            }
        }
        return options;
    }

    private static String words(RegisteredInstance it, Grant grant) {
        return it.name() + " (of account " + grant.account() + ", role " + grant.role() + ")";
    }

    private List<Grant> received(Actor actor) {
        return grants.grants(actor).stream()
                .filter(g -> g.revoked() == null && g.grantee().equals(actor.account()))
                .toList();
    }

    /// As the service takes it.
    NewTask.Chosen chosen(Actor actor, String choice) {
        int colon = choice.indexOf(':');
        if (colon < 0) {
            return new NewTask.Chosen(choice, "", "");
        }
        Grant grant =
                received(actor).stream()
                        .filter(g -> g.id().equals(choice.substring(0, colon)))
                        .findFirst()
                        .orElseThrow(() -> Problem.notFound("grant", choice));
        return new NewTask.Chosen(choice.substring(colon + 1), grant.account(), grant.role());
    }

    /// The name of a choice.
    String name(Actor actor, String choice) {
        return instances.any(chosen(actor, choice).instance()).name();
    }

    /// What was last seen at a choice; null before the first look, and for another account's.
    @Nullable Probe seen(Actor actor, String choice) {
        if (choice.isEmpty() || choice.equals(NEW) || choice.contains(":")) {
            return null;
        }
        return Instances.lastProbe(instances.find(actor, choice));
    }

    /// The same as it is now: what is said before a task starts must not be of last month.
    @Nullable Probe now(Actor actor, String choice) {
        return choice.isEmpty() || actor.role() == Role.VIEWER
                ? seen(actor, choice)
                : instances.test(actor, choice);
    }

    /// Refuses commands that are no commands, at their field.
    void requireCommands(Actor actor, Form form) {
        String source = form.value("source");
        String commands = form.value("commands");
        if (source.isEmpty() || commands.isEmpty() || form.isRefused()) {
            return;
        }
        try {
            instances.requireCommands(
                    commands,
                    List.of(
                            chosen(actor, source).instance(),
                            TaskDraft.topology(form) == Task.Topology.TWO_WAY
                                    ? chosen(actor, form.value("target")).instance()
                                    : ""));
        } catch (Problem e) {
            form.refuse(e);
        }
    }

    /// Registers what was entered in place of a choice.
    ///
    /// @return its id; null when it was refused, which the form says
    @Nullable String register(Actor actor, Form form, String prefix) {
        try {
            return instances.register(actor, InstanceForm.draft(form, prefix)).id();
        } catch (Problem e) {
            InstanceForm.refuse(form, prefix, e);
        } catch (SynclineException e) {
            InstanceForm.refuse(form, prefix, Problem.of(e.failure()));
        }
        return null;
    }

    /// Whether both sides are entered anew, at one address.
    boolean isSameAgain(Form form) {
        String source = form.value("source.addresses");
        return form.value("source").equals(NEW)
                && form.value("target").equals(NEW)
                && !source.isEmpty()
                && source.equalsIgnoreCase(form.value("target.addresses"));
    }

    /// *Test connectivity* of a choice, or of what is entered in its place.
    Probe test(Actor actor, Form form, String side) {
        String choice = form.value(side, NEW);
        if (choice.equals(NEW) || choice.isEmpty()) {
            return instances.test(actor, InstanceForm.draft(form, side + "."));
        }
        if (choice.contains(":")) {
            throw Problem.badRequest(
                    side, t("it-belongs-to-another-account"), t("go-on-the-precheck-connects"));
        }
        return instances.test(actor, choice);
    }
}
