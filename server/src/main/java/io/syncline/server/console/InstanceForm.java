package io.syncline.server.console;

import io.syncline.engine.net.Endpoint;
import io.syncline.server.instance.Draft;
import io.syncline.server.model.Problem;
import io.syncline.server.model.RegisteredInstance;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An instance between a form and what the service takes. The wizard has two of these in one form,
/// so every field's name has a prefix.
final class InstanceForm {
    private static final Set<String> FIELDS =
            Set.of("name", "topology", "primaryName", "user", "password", "caPem");

    private InstanceForm() {}

    /// What was entered. A URI in the place of the addresses says all that the other fields do not.
    static Draft draft(Form form, String prefix) {
        String addresses = form.value(prefix + "addresses");
        boolean uri = addresses.contains("://");
        String password = form.raw(prefix + "password");
        String name = form.value(prefix + "name");
        return new Draft(
                name.isEmpty() ? null : name,
                uri ? addresses : null,
                uri ? null : topology(form.value(prefix + "topology")),
                uri ? null : words(addresses),
                uri ? null : form.value(prefix + "primaryName"),
                uri ? given(form, prefix + "user") : form.value(prefix + "user"),
                password.isEmpty() ? null : password,
                (uri && !form.isOn(prefix + "tls")) ? null : form.isOn(prefix + "tls"),
                (uri && !form.isOn(prefix + "tls")) ? null : !form.isOn(prefix + "anyHost"),
                form.value(prefix + "caPem"));
    }

    private static @Nullable String given(Form form, String name) {
        String value = form.value(name);
        return value.isEmpty() ? null : value;
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.split("[\\s,]+")).filter(word -> !word.isEmpty()).toList();
    }

    private static Endpoint.Topology topology(String text) {
        return switch (text) {
            case "cluster" -> Endpoint.Topology.CLUSTER;
            case "sentinel" -> Endpoint.Topology.SENTINEL;
            default -> Endpoint.Topology.STANDALONE;
        };
    }

    /// A registered instance as the form shows it; never with its password.
    static Form of(RegisteredInstance it) {
        return Form.empty()
                .put("name", it.name())
                .put("topology", it.topology().name().toLowerCase(Locale.ROOT))
                .put("addresses", String.join(", ", it.addresses()))
                .put("primaryName", it.primaryName())
                .put("user", it.user())
                .put("tls", Boolean.toString(it.tls()))
                .put("anyHost", Boolean.toString(!it.verifyHost()))
                .put("caPem", it.caPem());
    }

    /// Notes a problem at its field; what is no field's name is part of an address.
    static void refuse(Form form, String prefix, Problem problem) {
        boolean own = FIELDS.contains(problem.place());
        boolean role = problem.code() == Problem.Code.FORBIDDEN;
        if (own || role) {
            form.refuse(problem, prefix);
        } else {
            form.refuse(prefix + "addresses", problem.message(), problem.remedy());
        }
    }
}
