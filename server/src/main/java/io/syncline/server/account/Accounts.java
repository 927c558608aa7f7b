package io.syncline.server.account;

import io.syncline.server.model.Account;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.model.User;
import io.syncline.server.security.Passwords;
import io.syncline.server.store.AccountTable;
import io.syncline.server.store.LoginTable;
import io.syncline.server.store.Store;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Accounts and their users.
public final class Accounts {
    private final AccountTable table;
    private final LoginTable logins;
    private final Audit audit;
    private final InstantSource clock;

    public Accounts(Store store, Audit audit, InstantSource clock) {
        this.table = store.accounts();
        this.logins = store.logins();
        this.audit = audit;
        this.clock = clock;
    }

    /// The own account; all of them for an admin of the first one.
    public List<Account> accounts(Actor actor) {
        return actor.root() && actor.role() == Role.ADMIN
                ? table.all()
                : table.find(actor.account()).stream().toList();
    }

    public Account own(Actor actor) {
        return table.find(actor.account())
                .orElseThrow(() -> Problem.notFound("account", actor.account()));
    }

    /// Makes an account with its first admin.
    public Account create(Actor actor, String name, String adminName, String adminPassword) {
        actor.require(Role.ADMIN, "create accounts");
        if (!actor.root()) {
            throw new Problem(
                    Problem.Code.FORBIDDEN,
                    "account",
                    "only admins of the first account may create accounts",
                    "Ask one of them");
        }
        String checked = Names.checked("name", name);
        if (table.all().stream().anyMatch(a -> a.name().equals(checked))) {
            throw taken("account", checked);
        }
        Account account = new Account(Names.id("a"), checked, false, clock.instant());
        User admin = user(account.id(), adminName, adminPassword, Role.ADMIN);
        table.add(account);
        table.addUser(admin);
        audit.record(actor, "account.create", account.id(), checked);
        return account;
    }

    public List<User> users(Actor actor) {
        return table.users(actor.account());
    }

    public User addUser(Actor actor, String name, String password, Role role) {
        actor.require(Role.ADMIN, "create users");
        User user = user(actor.account(), name, password, role);
        table.addUser(user);
        audit.record(actor, "user.create", user.id(), user.name() + " as " + role.code());
        return user;
    }

    private User user(String account, String name, String password, Role role) {
        String checked = Names.checked("name", name);
        if (table.userByName(checked).isPresent()) {
            throw taken("user", checked);
        }
        String hash = Passwords.hash(Passwords.checked(password));
        return new User(Names.id("u"), account, checked, role, hash, clock.instant());
    }

    private static Problem taken(String what, String name) {
        return new Problem(
                Problem.Code.NAME_TAKEN,
                "name",
                "there is a " + what + " named '" + name + "' already",
                "Choose another name");
    }

    /// What a new password has ended.
    public record Ended(int sessions, int tokens) {
        static final Ended NOTHING = new Ended(0, 0);
    }

    /// A password that is to be.
    ///
    /// @param old the one before; asked for where it is the own one
    /// @param keepsTokens whether the user's API tokens stay good
    public record NewPassword(String text, @Nullable String old, boolean keepsTokens) {
        /// Without the passwords.
        @Override
        public String toString() {
            return "a new password";
        }
    }

    /// Changes a role or a password. Everybody may change the own password, and must know the old
    /// one. A new password ends the user's sessions, and revokes the tokens unless they are kept.
    public Ended change(
            Actor actor, String id, @Nullable Role role, @Nullable NewPassword password) {
        User user = find(actor, id);
        boolean own = user.id().equals(actor.user());
        if (!own || role != null) {
            actor.require(Role.ADMIN, "change users");
        }
        if (own && password != null) {
            requireOld(user, password.old());
        }
        if (role != null && role != Role.ADMIN && isLastAdmin(user)) {
            throw lastAdmin();
        }
        table.change(
                user.id(),
                role == null ? user.role() : role,
                password == null
                        ? user.passwordHash()
                        : Passwords.hash(Passwords.checked(password.text())));
        Ended ended = password == null ? Ended.NOTHING : end(user, password);
        audit.record(actor, "user.change", user.id(), changes(role, password, ended));
        return ended;
    }

    /// Whoever knew the old one is out, and so are the tokens that were made with it.
    private Ended end(User user, NewPassword password) {
        return new Ended(
                logins.endSessionsOf(user.id()),
                password.keepsTokens() ? 0 : logins.removeTokensOf(user.id()));
    }

    private static String changes(
            @Nullable Role role, @Nullable NewPassword password, Ended ended) {
        String text = role == null ? "" : "role " + role.code() + " ";
        return password == null
                ? text
                : text
                        + "password; sessions ended: "
                        + ended.sessions()
                        + ", tokens "
                        + (password.keepsTokens() ? "kept" : "revoked: " + ended.tokens());
    }

    private static void requireOld(User user, @Nullable String oldPassword) {
        if (oldPassword == null || !Passwords.matches(oldPassword, user.passwordHash())) {
            throw new Problem(
                    Problem.Code.FORBIDDEN,
                    "oldPassword",
                    "the old password is wrong",
                    "Give the password that is valid now");
        }
    }

    public void removeUser(Actor actor, String id) {
        actor.require(Role.ADMIN, "remove users");
        User user = find(actor, id);
        if (isLastAdmin(user)) {
            throw lastAdmin();
        }
        table.removeUser(user.id());
        audit.record(actor, "user.remove", user.id(), user.name());
    }

    private User find(Actor actor, String id) {
        return table.user(id)
                .filter(user -> user.account().equals(actor.account()))
                .orElseThrow(() -> Problem.notFound("user", Names.shown(id)));
    }

    private boolean isLastAdmin(User user) {
        return user.role() == Role.ADMIN
                && table.users(user.account()).stream().filter(u -> u.role() == Role.ADMIN).count()
                        == 1;
    }

    private static Problem lastAdmin() {
        return new Problem(
                Problem.Code.IN_USE,
                "user",
                "this is the account's last admin",
                "Make another user an admin first");
    }
}
