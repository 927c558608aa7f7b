package io.syncline.engine.net;

/// User and password of an account. Either may be empty: no user is the server's `default` user, no
/// password is that of an account that needs none, neither is no AUTH at all. Never prints the
/// password.
public record Credentials(String user, String password) {
    public static final Credentials NONE = new Credentials("", "");

    public boolean isNone() {
        return user.isEmpty() && password.isEmpty();
    }

    @Override
    public String toString() {
        return isNone() ? "no credentials" : (user.isEmpty() ? "default" : user) + ":***";
    }
}
