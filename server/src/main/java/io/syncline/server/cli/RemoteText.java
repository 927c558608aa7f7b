package io.syncline.server.cli;

import io.syncline.server.view.Numbers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// The service's answers for people: one line a thing, the state first.
final class RemoteText {
    private RemoteText() {}

    static List<String> lines(JsonNode answer) {
        if (answer.has("tasks")) {
            return each(answer.path("tasks"), "No task yet. Make one with task create.");
        }
        // A grant names its instances, too.
        if (answer.has("instances") && !answer.has("grantee")) {
            return each(answer.path("instances"), "No instance yet. Add one with instance add.");
        }
        if (answer.has("events")) {
            return each(answer.path("events"), "Nothing has happened yet.");
        }
        if (answer.has("conflicts") && answer.has("total")) {
            return each(answer.path("conflicts"), "No conflict yet.");
        }
        if (answer.has("refused")) {
            return each(answer.path("refused"), "Nothing was refused.");
        }
        if (answer.has("verifications")) {
            return each(answer.path("verifications"), "No verification yet.");
        }
        for (Map.Entry<String, String> list : AccessText.LISTS.entrySet()) {
            if (answer.path(list.getKey()).isArray()) {
                return each(answer.path(list.getKey()), list.getValue());
            }
        }
        if (answer.has("items")) {
            return each(answer.path("items"), "Nothing was checked.");
        }
        return one(answer);
    }

    private static List<String> each(JsonNode list, String nothing) {
        List<String> lines = new ArrayList<>();
        list.forEach(item -> lines.addAll(one(item)));
        return lines.isEmpty() ? List.of(nothing) : List.copyOf(lines);
    }

    private static List<String> one(JsonNode it) {
        if (it.has("stateText")) {
            return task(it);
        }
        if (it.has("severity")) {
            return noted(
                    "%-8s %-20s %s"
                            .formatted(text(it, "severity"), text(it, "check"), text(it, "found")),
                    text(it, "severity").equals("ok") ? "" : text(it, "remedy"));
        }
        if (it.has("level")) {
            return noted(
                    "%s  %-8s %s".formatted(text(it, "at"), text(it, "level"), text(it, "text")),
                    text(it, "remedy"));
        }
        return happened(it);
    }

    private static List<String> happened(JsonNode it) {
        if (it.has("decision")) {
            return List.of(
                    "%s  %s  %-12s %s %s: %s"
                            .formatted(
                                    text(it, "id"),
                                    text(it, "at"),
                                    text(it, "decision"),
                                    text(it, "command"),
                                    text(it, "key"),
                                    text(it, "reason")));
        }
        if (it.has("differences")) {
            return noted(
                    "%s  %s  %-11s %s"
                            .formatted(
                                    text(it, "id"),
                                    text(it, "created"),
                                    text(it, "kind"),
                                    text(it, "sentence")),
                    text(it, "remedy"));
        }
        if (it.has("schedule")) {
            return List.of(
                    text(it, "schedule").isEmpty()
                            ? "No schedule."
                            : "%s, next at %s".formatted(text(it, "schedule"), text(it, "next")));
        }
        if (it.has("winner")) {
            return List.of(
                    "%s  %-8s %s of database %s: the %s's value stands"
                            .formatted(
                                    text(it, "time"),
                                    text(it, "cause"),
                                    text(it, "key"),
                                    it.path("database").asString(""),
                                    text(it, "winner")));
        }
        if (it.has("reachable")) {
            return probe(it);
        }
        String access = AccessText.line(it);
        return List.of(
                access.isEmpty()
                        ? "%s  %-24s %s"
                                .formatted(text(it, "id"), text(it, "name"), text(it, "uri"))
                        : access);
    }

    private static List<String> task(JsonNode it) {
        String line =
                "%s  %-24s %s%s"
                        .formatted(
                                text(it, "id"),
                                text(it, "name"),
                                text(it, "stateText"),
                                lag(it.path("progress")));
        boolean troubled = List.of("broken", "attention").contains(text(it, "tone"));
        List<String> lines = new ArrayList<>(List.of(line));
        for (JsonNode each : it.path("directions")) {
            lines.add(
                    "  %-8s %s to %s: %s%s"
                            .formatted(
                                    text(each, "name"),
                                    text(each, "from"),
                                    text(each, "to"),
                                    text(each, "stateText"),
                                    lag(each)));
        }
        if (troubled && !text(it, "reason").isEmpty()) {
            lines.add("  " + text(it, "reason"));
            if (!text(it, "remedy").isEmpty()) {
                lines.add("  " + text(it, "remedy"));
            }
        }
        return lines;
    }

    private static String lag(JsonNode numbers) {
        return numbers.has("lagMillis")
                ? ", "
                        + Numbers.duration(Duration.ofMillis(numbers.path("lagMillis").asLong()))
                        + " behind"
                : "";
    }

    private static List<String> probe(JsonNode it) {
        if (!it.path("reachable").asBoolean()) {
            JsonNode trouble = it.path("trouble");
            return noted(
                    "[" + text(trouble, "place") + "] " + text(trouble, "message"),
                    text(trouble, "remedy"));
        }
        return List.of(
                "%s, %s, %s, %s used; we connect from %s"
                        .formatted(
                                text(it, "product"),
                                text(it, "topology"),
                                Numbers.count(it.path("shards").size(), "shard"),
                                Numbers.bytes(it.path("usedMemory").asLong()),
                                it.path("connectsFrom").toString().replaceAll("[\\[\\]\"]", "")));
    }

    private static List<String> noted(String line, String remedy) {
        return remedy.isEmpty() ? List.of(line) : List.of(line, "  " + remedy);
    }

    static String text(JsonNode it, String field) {
        return it.path(field).asString("");
    }
}
