package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import java.util.ArrayList;
import java.util.List;

/// What the layout needs of every request.
///
/// @param user empty when nobody is logged in
/// @param csrf what forms send along
/// @param path of the page, to mark it in the navigation
/// @param live where the page's live parts come from
/// @param build changes with styles and scripts, so that a browser takes the new ones
public record Frame(
        String title,
        String user,
        String role,
        String csrf,
        String path,
        Health health,
        String live,
        String build) {
    /// An entry of the navigation.
    public record Place(String path, String icon, String title) {}

    public boolean isLoggedIn() {
        return !user.isEmpty();
    }

    public boolean isAdmin() {
        return role.equals("admin");
    }

    public boolean isOperator() {
        return isAdmin() || role.equals("operator");
    }

    public List<Place> places() {
        List<Place> places = new ArrayList<>();
        places.add(new Place("/tasks", "tasks", t("tasks")));
        places.add(new Place("/instances", "instances", t("instances")));
        places.add(new Place("/alerts", "alerts", t("alerts")));
        places.add(new Place("/users", "users", t("users")));
        places.add(new Place("/grants", "grants", t("grants")));
        if (isAdmin()) {
            places.add(new Place("/audit", "audit", t("audit-log")));
        }
        places.add(new Place("/system", "system", t("system")));
        return places;
    }

    /// Whether a navigation entry is where we are.
    public boolean isAt(String prefix) {
        return path.equals(prefix) || path.startsWith(prefix + "/");
    }
}
