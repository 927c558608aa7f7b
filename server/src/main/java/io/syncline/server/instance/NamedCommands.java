package io.syncline.server.instance;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.fault.Spelling;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.resp.Reply;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Whether the commands that a user names are commands, asked where they are typed: the precheck
/// says the same, and does not run when a task that has started is changed. A name that the table
/// does not have may be of a module, or newer than we are; then a side knows it.
final class NamedCommands {
    private static final System.Logger LOG = System.getLogger(NamedCommands.class.getName());

    private NamedCommands() {}

    /// Refuses a name that nobody knows and that is near a known one.
    ///
    /// @param commands the setting's text
    /// @param sides where writes come from; one that does not answer is not asked
    /// @return the names that nobody knows and that are near none
    static List<String> require(String commands, List<Endpoint> sides) {
        CommandTable table = CommandTable.standard();
        List<String> unknown =
                Arrays.stream(commands.toLowerCase(Locale.ROOT).split(",", -1))
                        .map(item -> item.strip().replaceFirst("^!", ""))
                        .filter(name -> name.matches("[a-z0-9][a-z0-9._-]*"))
                        .filter(name -> !name.equals("all"))
                        .filter(name -> table.find(name).kind() == CommandKind.UNKNOWN)
                        .distinct()
                        .toList();
        List<String> lacking = new ArrayList<>(unknown);
        for (Endpoint side : lacking.isEmpty() ? List.<Endpoint>of() : sides) {
            lacking.removeAll(known(side, unknown));
        }
        for (String name : lacking) {
            String near =
                    Spelling.nearest(
                            name,
                            table.all().stream()
                                    .map(CommandSpec::name)
                                    .map(each -> each.toLowerCase(Locale.ROOT))
                                    .toList());
            if (near != null) {
                throw Problem.badRequest(
                        "settings.commands",
                        "neither Syncline nor the source knows a command '"
                                + Names.shown(name)
                                + "'; the nearest is '"
                                + near
                                + "'",
                        "Write '" + near + "', or leave it out until the source knows it");
            }
        }
        return lacking;
    }

    private static List<String> known(Endpoint side, List<String> names) {
        Connector connector = new Connector(side.credentials(), side.tls(), Prober.CLIENT_NAME);
        Instance instance = new Instance(side, connector, false);
        List<String> question = new ArrayList<>(List.of("COMMAND", "INFO"));
        question.addAll(names);
        try (Connection connection = connector.open(instance.shards().getFirst().primary())) {
            List<String> known = new ArrayList<>();
            if (connection.call(question.toArray(String[]::new)) instanceof Reply.Items answer
                    && answer.items().size() == names.size()) {
                for (int i = 0; i < names.size(); i++) {
                    if (answer.items().get(i) instanceof Reply.Items words
                            && !words.items().isEmpty()) {
                        known.add(names.get(i));
                    }
                }
            }
            return known;
        } catch (IOException | SynclineException e) {
            // What is wrong with the side is said where the side is looked at.
            LOG.log(System.Logger.Level.DEBUG, "which commands " + side + " knows", e);
            return names;
        }
    }
}
