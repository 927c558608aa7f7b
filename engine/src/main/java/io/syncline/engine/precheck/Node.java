package io.syncline.engine.precheck;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespFormatException;
import io.syncline.engine.resp.RespWriter;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One server and what it answered. A question is asked once; those that are known beforehand go in
/// one round trip by [#prefetch]. Holds one connection, for the time of the checks.
final class Node implements Closeable {
    private static final List<String> WHOAMI = List.of("ACL", "WHOAMI");
    private static final List<String> MODULES = List.of("MODULE", "LIST");
    private static final List<String> STATISTICS = List.of("INFO", "commandstats");

    private final ServerInfo info;
    private final @Nullable Connection connection;
    private final Map<List<String>, Reply> answers = new HashMap<>();
    private boolean lost;

    /// A node whose answers are known, for judging without a server.
    Node(ServerInfo info, Map<List<String>, Reply> answers) {
        this.info = info;
        this.connection = null;
        this.answers.putAll(answers);
    }

    private Node(ServerInfo info, Connection connection) {
        this.info = info;
        this.connection = connection;
    }

    /// Connects and asks what other questions depend on.
    static Node open(Connector connector, HostPort address) throws IOException {
        Connection connection = connector.open(address);
        try {
            Node node = new Node(ServerInfo.read(connection), connection);
            node.prefetch(List.of(WHOAMI, MODULES));
            return node;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    HostPort address() {
        return info.address();
    }

    ServerInfo info() {
        return info;
    }

    /// Whether its connection broke while it was asked.
    boolean isLost() {
        return lost;
    }

    /// The answer to a question, from memory or from the server.
    Reply ask(String... words) throws IOException {
        return ask(List.of(words));
    }

    private Reply ask(List<String> words) throws IOException {
        prefetch(List.of(words));
        Reply answer = answers.get(words);
        if (answer == null) {
            throw new IllegalStateException("no answer to " + words + " is known");
        }
        return answer;
    }

    /// Asks anew each time: for answers that change.
    Reply askNow(String... words) throws IOException {
        answers.remove(List.of(words));
        return ask(List.of(words));
    }

    /// Asks all that is not known yet, in one round trip.
    void prefetch(Collection<List<String>> questions) throws IOException {
        if (connection == null) {
            return;
        }
        List<List<String>> open = new ArrayList<>();
        ByteBuilder bytes = new ByteBuilder(1024);
        for (List<String> question : questions) {
            if (!answers.containsKey(question) && !open.contains(question)) {
                open.add(question);
                RespWriter.command(bytes, question.toArray(String[]::new));
            }
        }
        if (open.isEmpty()) {
            return;
        }
        try {
            connection.send(bytes);
            for (List<String> question : open) {
                answers.put(question, connection.replies().read());
            }
        } catch (IOException | RespFormatException e) {
            lost = true;
            throw e;
        }
    }

    /// At least this version of either product; Valkey began where Redis 7.2 was.
    boolean isSince(int redisMajor, int redisMinor) {
        int major = info.isValkey() ? 7 : info.major();
        int minor = info.isValkey() ? 2 : info.minor();
        return major > redisMajor || (major == redisMajor && minor >= redisMinor);
    }

    boolean saysItsVersion() {
        return info.major() > 0;
    }

    /// The account; empty before 6.0, and where ACL WHOAMI is not allowed.
    String user() throws IOException {
        return ask(WHOAMI) instanceof Reply.Bulk name ? name.utf8() : "";
    }

    /// Names of loaded modules; null when the node does not say.
    @Nullable List<String> modules() throws IOException {
        if (!(ask(MODULES) instanceof Reply.Items items)) {
            return null;
        }
        List<String> names = new ArrayList<>();
        for (Reply module : items.items()) {
            String name =
                    Replies.pairs(module).get("name") instanceof Reply.Bulk bulk ? bulk.utf8() : "";
            names.add(name);
        }
        return names;
    }

    /// A setting; null when the node does not say.
    @Nullable String config(String name) throws IOException {
        return Replies.pairs(ask("CONFIG", "GET", name)).get(name) instanceof Reply.Bulk bulk
                ? bulk.utf8()
                : null;
    }

    /// Why [#config] knows nothing.
    String configRefusal(String name) throws IOException {
        return ask("CONFIG", "GET", name) instanceof Reply.Failure failure
                ? failure.text()
                : "CONFIG GET " + name + " finds nothing";
    }

    /// Calls by command in upper case, since the server's start or CONFIG RESETSTAT; null when the
    /// node does not say. A subcommand counts as `XGROUP|CREATE`.
    @Nullable Map<String, Long> calls() throws IOException {
        return ask(STATISTICS) instanceof Reply.Bulk text ? Replies.calls(text.utf8()) : null;
    }

    /// What lists the names of all commands.
    List<String> commandsQuestion() {
        return isSince(7, 0) ? List.of("COMMAND", "LIST") : List.of("COMMAND");
    }

    /// Every command by its own name in upper case, whatever it was renamed to; null when the node
    /// does not say.
    @Nullable Set<String> commands() throws IOException {
        return ask(commandsQuestion()) instanceof Reply.Items items
                ? new HashSet<>(Replies.names(items))
                : null;
    }

    /// Which of these the server does not know, under these names; null when it does not say.
    @Nullable List<String> unknownCommands(List<String> names) throws IOException {
        if (!(ask(commandInfo(names)) instanceof Reply.Items items)
                || items.items().size() != names.size()) {
            return null;
        }
        List<String> unknown = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (items.items().get(i) instanceof Reply.Nil) {
                unknown.add(names.get(i));
            }
        }
        return unknown;
    }

    static List<String> commandInfo(List<String> names) {
        List<String> question = new ArrayList<>(List.of("COMMAND", "INFO"));
        question.addAll(names);
        return List.copyOf(question);
    }

    static List<String> statisticsQuestion() {
        return STATISTICS;
    }

    /// Fields of CLUSTER INFO.
    Map<String, String> clusterInfo() throws IOException {
        Map<String, String> fields = new TreeMap<>();
        if (ask("CLUSTER", "INFO") instanceof Reply.Bulk text) {
            for (String line : text.utf8().split("\r?\n", -1)) {
                int colon = line.indexOf(':');
                if (colon > 0) {
                    fields.put(line.substring(0, colon), line.substring(colon + 1));
                }
            }
        }
        return fields;
    }

    /// CLUSTER NODES as text; null when the node does not say.
    @Nullable String clusterNodes() throws IOException {
        return ask("CLUSTER", "NODES") instanceof Reply.Bulk text ? text.utf8() : null;
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.close();
        }
    }
}
