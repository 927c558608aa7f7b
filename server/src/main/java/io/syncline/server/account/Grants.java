package io.syncline.server.account;

import io.syncline.server.model.Actor;
import io.syncline.server.model.Grant;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.store.AccountTable;
import io.syncline.server.store.GrantTable;
import io.syncline.server.store.InstanceTable;
import io.syncline.server.store.Store;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Roles over instances that one account gives another.
public final class Grants {
    private static final int MAX_INSTANCES = 1_000;

    private final GrantTable table;
    private final AccountTable accounts;
    private final InstanceTable instances;
    private final Audit audit;
    private final InstantSource clock;
    private Consumer<Grant> onRevoked = grant -> {};

    public Grants(Store store, Audit audit, InstantSource clock) {
        this.table = store.grants();
        this.accounts = store.accounts();
        this.instances = store.instances();
        this.audit = audit;
        this.clock = clock;
    }

    /// Who must stop what uses a grant that is taken away.
    public void onRevoked(Consumer<Grant> action) {
        onRevoked = action;
    }

    /// Given and received.
    public List<Grant> grants(Actor actor) {
        return table.of(actor.account());
    }

    public Grant give(Actor actor, String role, String grantee, List<String> chosen) {
        actor.require(Role.ADMIN, "grant roles to other accounts");
        String name = Names.checked("role", role);
        if (accounts.find(grantee).isEmpty() || grantee.equals(actor.account())) {
            throw Problem.badRequest(
                    "grantee",
                    "there is no other account '" + Names.shown(grantee) + "'",
                    "Give the id of the other account; its admin sees it under Users");
        }
        if (chosen.isEmpty() || chosen.size() > MAX_INSTANCES) {
            throw Problem.badRequest(
                    "instances",
                    "a grant names 1 to " + MAX_INSTANCES + " instances",
                    "Choose the instances that the other account may use");
        }
        for (String id : chosen) {
            boolean own =
                    instances
                            .find(id)
                            .filter(it -> it.account().equals(actor.account()))
                            .isPresent();
            if (!own) {
                throw Problem.notFound("instance", Names.shown(id));
            }
        }
        if (table.standing(actor.account(), name, grantee).isPresent()) {
            throw new Problem(
                    Problem.Code.NAME_TAKEN,
                    "role",
                    "that account has a role '" + name + "' already",
                    "Choose another name, or revoke the other one first");
        }
        Grant grant =
                new Grant(
                        Names.id("g"),
                        actor.account(),
                        name,
                        grantee,
                        chosen,
                        clock.instant(),
                        null);
        table.add(grant);
        audit.record(actor, "grant.create", grant.id(), name + " to " + grantee);
        return grant;
    }

    /// Takes a role away; tasks that use it stop.
    public void revoke(Actor actor, String id) {
        actor.require(Role.ADMIN, "revoke roles");
        Grant grant =
                table.find(id)
                        .filter(g -> g.account().equals(actor.account()) && g.revoked() == null)
                        .orElseThrow(() -> Problem.notFound("grant", Names.shown(id)));
        table.revoke(grant.id(), clock.instant());
        audit.record(actor, "grant.revoke", grant.id(), grant.role());
        onRevoked.accept(grant);
    }

    /// The grant that lets an actor use another account's instance.
    public Grant covering(Actor actor, String owner, String role, String instance) {
        if (role.isBlank()) {
            throw Problem.badRequest(
                    "role",
                    "an instance of another account is used by a role, and none is named",
                    "Name the role that account '" + Names.shown(owner) + "' has granted");
        }
        return table.standing(owner, role, actor.account())
                .filter(grant -> grant.covers(instance))
                .orElseThrow(() ->
                        new Problem(
                                Problem.Code.FORBIDDEN,
                                "role",
                                "account '"
                                        + Names.shown(owner)
                                        + "' has granted no role '"
                                        + Names.shown(role)
                                        + "' over this instance",
                                "Ask its admin for a grant to your account " + actor.account()));
    }

    public Optional<Grant> find(String id) {
        return table.find(id);
    }

    /// Whether a grant, or one that was given again under the same name, covers an instance.
    public boolean stands(String id, String instance) {
        return find(id).map(it ->
                        it.revoked() == null
                                ? it
                                : table.standing(it.account(), it.role(), it.grantee()).orElse(it))
                .filter(grant -> grant.covers(instance))
                .isPresent();
    }
}
