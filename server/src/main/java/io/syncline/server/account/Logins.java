package io.syncline.server.account;

import io.syncline.server.model.Account;
import io.syncline.server.model.Actor;
import io.syncline.server.model.ApiToken;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.model.User;
import io.syncline.server.security.Attempts;
import io.syncline.server.security.Passwords;
import io.syncline.server.security.Secrets;
import io.syncline.server.store.AccountTable;
import io.syncline.server.store.LoginTable;
import io.syncline.server.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Who is there: logins, sessions and tokens.
public final class Logins {
    /// A working day: at the next one, log in again.
    public static final Duration SESSION = Duration.ofHours(12);

    /// So that a token is known for what it is where it leaks.
    public static final String TOKEN_PREFIX = "sl_";

    private static final int MAX_TOKEN_DAYS = 3_650;

    private final AccountTable accounts;
    private final LoginTable logins;
    private final Audit audit;
    private final InstantSource clock;
    private final Attempts attempts;

    public Logins(Store store, Audit audit, InstantSource clock) {
        this.accounts = store.accounts();
        this.logins = store.logins();
        this.audit = audit;
        this.clock = clock;
        this.attempts = new Attempts(clock);
    }

    /// Refuses a password that the first admin cannot have, before anything is begun.
    public void requireFirst(String password) {
        if (!password.isEmpty() && !accounts.hasUsers()) {
            Passwords.checked(password);
        }
    }

    /// The first start: an account with one admin.
    ///
    /// @param password chosen by whom starts the service; empty: one is made
    /// @return the password that was made, to be shown once; null when there is nothing to show
    public @Nullable String firstStart(String password) {
        if (accounts.hasUsers()) {
            return null;
        }
        String chosen = password.isEmpty() ? Secrets.random() : Passwords.checked(password);
        Instant now = clock.instant();
        Account account = new Account(Names.id("a"), "default", true, now);
        accounts.add(account);
        accounts.addUser(
                new User(
                        Names.id("u"),
                        account.id(),
                        "admin",
                        Role.ADMIN,
                        Passwords.hash(chosen),
                        now));
        return password.isEmpty() ? chosen : null;
    }

    /// Logs a user in.
    ///
    /// @param address where the request comes from
    /// @return the session's secret
    public String logIn(String name, String password, String address) {
        User user = checked(name, password, address);
        String secret = Secrets.random();
        Instant now = clock.instant();
        logins.forgetExpired(now);
        logins.addSession(Secrets.fingerprint(secret), user.id(), now, now.plus(SESSION));
        audit.record(actor(user), "login", user.id(), "from " + address);
        return secret;
    }

    /// Checks a name and password, slowly on purpose, and counts failures.
    private User checked(String name, String password, String address) {
        attempts.begin(address, name);
        Optional<User> user = accounts.userByName(name);
        boolean matches =
                user.isPresent()
                        ? Passwords.matches(password, user.get().passwordHash())
                        : Passwords.matchesNobody(password);
        if (user.isEmpty() || !matches) {
            user.ifPresent(u ->
                    audit.record(
                            Actor.system(u.account()), "login.failed", u.id(), "from " + address));
            throw new Problem(
                    Problem.Code.NOT_LOGGED_IN,
                    "login",
                    "the name or the password is wrong",
                    "Try again, or ask an admin for a new password");
        }
        attempts.succeeded(address, name);
        return user.get();
    }

    /// The user of a session, if it is still good.
    public Optional<Actor> bySession(String secret) {
        return logins.userOfSession(Secrets.fingerprint(secret), clock.instant())
                .flatMap(accounts::user)
                .map(this::actor);
    }

    /// The user of a token, if it is still good.
    public Optional<Actor> byToken(String secret) {
        return logins.useToken(Secrets.fingerprint(secret), clock.instant())
                .flatMap(token -> accounts.user(token.user()))
                .map(this::actor);
    }

    private Actor actor(User user) {
        boolean root = accounts.find(user.account()).map(Account::root).orElse(false);
        return new Actor(user.id(), user.name(), user.account(), user.role(), root);
    }

    public void logOut(String secret) {
        Optional<Actor> actor = bySession(secret);
        logins.endSession(Secrets.fingerprint(secret));
        actor.ifPresent(it -> audit.record(it, "logout", it.user(), ""));
    }

    /// A token and its secret, which is told this once.
    public record NewToken(ApiToken token, String secret) {}

    /// Makes a token with the rights of its user.
    ///
    /// @param days until it ends; 0 for never
    public NewToken makeToken(Actor actor, String name, int days) {
        if (days < 0 || days > MAX_TOKEN_DAYS) {
            throw Problem.badRequest(
                    "days",
                    days + " is not a whole number from 0 to " + MAX_TOKEN_DAYS,
                    "0 is a token that does not end by itself");
        }
        Instant now = clock.instant();
        ApiToken token =
                new ApiToken(
                        Names.id("k"),
                        actor.user(),
                        Names.checked("name", name),
                        now,
                        days == 0 ? null : now.plus(Duration.ofDays(days)),
                        null);
        String secret = TOKEN_PREFIX + Secrets.random();
        logins.addToken(token, Secrets.fingerprint(secret));
        audit.record(actor, "token.create", token.id(), token.name());
        return new NewToken(token, secret);
    }

    /// A token for name and password: how the command line logs in.
    public NewToken makeToken(String user, String password, String address, String name, int days) {
        return makeToken(actor(checked(user, password, address)), name, days);
    }

    public List<ApiToken> tokens(Actor actor) {
        return logins.tokens(actor.user());
    }

    public void removeToken(Actor actor, String id) {
        if (!logins.removeToken(id, actor.user())) {
            throw Problem.notFound("token", Names.shown(id));
        }
        audit.record(actor, "token.remove", id, "");
    }
}
