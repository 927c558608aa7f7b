package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;

import java.util.ArrayList;
import java.util.List;

/// The wizard's steps, at the top of each of them.
///
/// @param at index of the current one
/// @param links where one that is done can be seen again; empty where it cannot
public record Rail(int at, List<String> links) {
    static final int INSTANCES = 0;
    static final int OBJECTS = 1;
    static final int SETTINGS = 2;
    static final int PRECHECK = 3;
    static final int START = 4;

    /// One step.
    public record Step(String title, boolean done, boolean current, String link) {}

    public List<Step> steps() {
        List<String> titles =
                List.of(t("instances"), t("objects"), t("settings"), t("precheck"), t("start"));
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < titles.size(); i++) {
            String link = i < at && i < links.size() ? links.get(i) : "";
            steps.add(new Step(titles.get(i), i < at, i == at, link));
        }
        return steps;
    }

    /// The steps of a task that is not created yet: each is its fields in an address.
    static Rail draft(int at, Form form) {
        String query = form.query(TaskDraft.ALL);
        return new Rail(
                at,
                List.of(
                        "/tasks/new" + query,
                        "/tasks/new/objects" + query,
                        "/tasks/new/settings" + query));
    }

    /// The steps of a task that is: its instances stand.
    static Rail of(int at, String task) {
        String base = "/tasks/" + task + "/setup/";
        return new Rail(
                at, List.of("", base + "objects", base + "settings", base + "precheck", ""));
    }
}
