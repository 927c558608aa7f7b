package io.syncline.server.console;

/// What the layout needs of every request.
///
/// @param user empty when nobody is logged in
/// @param csrf what forms send along
/// @param path of the page, to mark it in the navigation
public record Frame(String title, String user, String role, String csrf, String path) {
    public boolean isLoggedIn() {
        return !user.isEmpty();
    }

    public boolean isAdmin() {
        return role.equals("admin");
    }

    /// Whether a navigation entry is where we are.
    public boolean isAt(String prefix) {
        return path.equals(prefix) || path.startsWith(prefix + "/");
    }
}
