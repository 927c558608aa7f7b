package io.syncline.engine.precheck;

import io.syncline.engine.resp.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// Reads the forms in which servers answer about themselves.
final class Replies {
    private static final String CALLS_PREFIX = "cmdstat_";
    private static final String CALLS = "calls=";

    private Replies() {}

    /// A flat array of names and values, as servers write a map in RESP 2. Empty for other replies.
    static Map<String, Reply> pairs(Reply reply) {
        Map<String, Reply> pairs = new LinkedHashMap<>();
        if (reply instanceof Reply.Items items) {
            for (int i = 0; i + 1 < items.items().size(); i += 2) {
                pairs.put(text(items.items().get(i)), items.items().get(i + 1));
            }
        }
        return pairs;
    }

    /// The texts of an array.
    static List<String> texts(Reply reply) {
        return reply instanceof Reply.Items items
                ? items.items().stream().map(Replies::text).toList()
                : List.of();
    }

    static String text(Reply reply) {
        if (reply instanceof Reply.Bulk bulk) {
            return bulk.utf8();
        }
        if (reply instanceof Reply.Text text) {
            return text.text();
        }
        if (reply instanceof Reply.Failure failure) {
            return failure.text();
        }
        return reply instanceof Reply.Whole whole ? Long.toString(whole.value()) : "";
    }

    /// Names of COMMAND (an array for each) or COMMAND LIST (a text for each), in upper case.
    static List<String> names(Reply.Items commands) {
        List<String> names = new ArrayList<>();
        for (Reply command : commands.items()) {
            Reply name =
                    command instanceof Reply.Items entry && !entry.items().isEmpty()
                            ? entry.items().getFirst()
                            : command;
            names.add(text(name).toUpperCase(Locale.ROOT));
        }
        return names;
    }

    /// Calls by command, from lines such as `cmdstat_mset:calls=2,usec=8,...`.
    static Map<String, Long> calls(String statistics) {
        Map<String, Long> calls = new TreeMap<>();
        for (String line : statistics.split("\r?\n", -1)) {
            int colon = line.indexOf(':' + CALLS);
            int end = line.indexOf(',', colon);
            if (line.startsWith(CALLS_PREFIX) && colon > 0 && end > 0) {
                calls.put(
                        line.substring(CALLS_PREFIX.length(), colon).toUpperCase(Locale.ROOT),
                        Long.parseLong(line.substring(colon + 1 + CALLS.length(), end)));
            }
        }
        return calls;
    }

    /// `a`, `a and b`, `a, b and c`, and at most so many by name.
    static String list(List<String> names, int most) {
        if (names.size() > most) {
            return String.join(", ", names.subList(0, most))
                    + " and "
                    + (names.size() - most)
                    + " more";
        }
        int last = names.size() - 1;
        return last <= 0
                ? String.join("", names)
                : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
    }
}
