package io.syncline.server.console;

import io.javalin.http.Context;
import io.syncline.server.model.Problem;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A form as somebody filled it in, with what is wrong at which field. What was entered survives an
/// error; only passwords must be typed again.
public final class Form {
    private final Map<String, List<String>> values;
    private final Map<String, Problem> wrong = new LinkedHashMap<>();
    private @Nullable Problem other;

    private Form(Map<String, List<String>> values) {
        this.values = new LinkedHashMap<>(values);
    }

    /// What was sent.
    static Form sent(Context ctx) {
        return new Form(ctx.formParamMap());
    }

    /// What stands in the address.
    static Form asked(Context ctx) {
        return new Form(ctx.queryParamMap());
    }

    static Form empty() {
        return new Form(Map.of());
    }

    Form put(String name, String value) {
        values.put(name, List.of(value));
        return this;
    }

    public String value(String name) {
        return value(name, "");
    }

    /// A field as it is shown.
    ///
    /// @param missing what stands in one that nobody has touched
    public String value(String name, String missing) {
        List<String> all = values.get(name);
        return all == null || all.isEmpty() ? missing : all.getFirst().strip();
    }

    /// As it was typed: for passwords.
    String raw(String name) {
        List<String> all = values.get(name);
        return all == null || all.isEmpty() ? "" : all.getFirst();
    }

    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    public boolean isOn(String name) {
        return value(name).equals("true");
    }

    /// Notes a problem at its field: the place of a problem is a field's name, behind the name of
    /// the group it stands in. One that fits no field stands above the form.
    ///
    /// @param prefix of this form's fields, as in `source.`
    Form refuse(Problem problem, String prefix) {
        String place = problem.place();
        String field = prefix + place.substring(place.lastIndexOf('.') + 1).replace("--", "");
        if (values.containsKey(field)) {
            wrong.putIfAbsent(field, problem);
        } else {
            other = problem;
        }
        return this;
    }

    Form refuse(Problem problem) {
        return refuse(problem, "");
    }

    Form refuse(String field, String message, String remedy) {
        wrong.putIfAbsent(field, Problem.badRequest(field, message, remedy));
        return this;
    }

    public boolean isWrong(String name) {
        return wrong.containsKey(name);
    }

    public boolean isRefused() {
        return other != null || !wrong.isEmpty();
    }

    /// What is wrong at a field, and what to do.
    public String wrong(String name) {
        Problem problem = wrong.get(name);
        if (problem == null) {
            return "";
        }
        String remedy = problem.remedy();
        return Words.problem(problem) + (remedy.isEmpty() ? "" : " " + Words.remedy(remedy));
    }

    public @Nullable Problem other() {
        return other;
    }

    /// These fields as part of an address. Never used for a password.
    String query(Collection<String> names) {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            String value = value(name);
            if (!value.isEmpty()) {
                text.append(text.isEmpty() ? "?" : "&")
                        .append(URLEncoder.encode(name, StandardCharsets.UTF_8))
                        .append('=')
                        .append(URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        }
        return text.toString();
    }
}
