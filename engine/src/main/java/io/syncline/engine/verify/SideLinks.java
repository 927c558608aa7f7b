package io.syncline.engine.verify;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Redirect;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The connections of one worker to one side, opened when first needed.
final class SideLinks implements AutoCloseable {
    /// A slot that moves while it is asked for is found within two; more is a cluster at odds.
    private static final int REDIRECT_LIMIT = 5;

    /// Commands that name a key behind another word.
    private static final Set<String> SECOND = Set.of("MEMORY", "XINFO", "DEBUG");

    private static final byte[] ASKING = NodeLink.bytes("ASKING");

    private final Side side;
    private final Digest digest;

    /// What keys are called here; null where they have the names by which they are known.
    private final @Nullable Names names;

    private final Map<HostPort, NodeLink> links = new HashMap<>();
    private @Nullable HostPort lastAddress;
    private @Nullable NodeLink last;
    private int heldBytes = AnswerReader.HELD_BYTES;
    private long takenBefore;

    SideLinks(Side side, Digest digest, @Nullable Names names) {
        this.side = side;
        this.digest = digest;
        this.names = names;
    }

    /// Other connections to the same side.
    SideLinks twin() {
        return new SideLinks(side, digest.twin(), names);
    }

    Side side() {
        return side;
    }

    SideFacts facts() {
        return side.facts();
    }

    /// What a key is called here.
    byte[] name(byte[] key, int database) {
        return names == null ? key : names.atTarget(database, key);
    }

    /// A command as it is asked here, with the key's name in its place.
    byte[][] command(byte[] key, int database, byte[][] command) {
        int place = SECOND.contains(new String(command[0], UTF_8)) ? 2 : 1;
        // MULTI, EXEC and TIME name none.
        if (names == null || command.length <= place) {
            return command;
        }
        byte[][] renamed = command.clone();
        renamed[place] = names.atTarget(database, key);
        return renamed;
    }

    private List<byte[][]> commands(byte[] key, int database, List<byte[][]> commands) {
        return names == null
                ? commands
                : commands.stream().map(each -> command(key, database, each)).toList();
    }

    /// The connection to whoever has the key, standing in a database.
    NodeLink of(byte[] key, int database) throws IOException {
        return at(side.owner(name(key, database)), database);
    }

    private NodeLink at(HostPort address, int database) throws IOException {
        // Nearly every key is asked for where the one before was.
        NodeLink link = address.equals(lastAddress) ? last : links.get(address);
        if (link == null) {
            link = new NodeLink(side.connect(address), digest);
            link.answers().hold(heldBytes);
            links.put(address, link);
        }
        lastAddress = address;
        last = link;
        link.select(database);
        return link;
    }

    /// Asks several things about one key in one go, wherever it is.
    List<Answer> ask(byte[] key, int database, List<byte[][]> questions) throws IOException {
        List<byte[][]> commands = commands(key, database, questions);
        HostPort address = side.owner(name(key, database));
        boolean asking = false;
        for (int i = 0; ; i++) {
            NodeLink link = at(address, database);
            try {
                return ask(link, commands, asking);
            } catch (RedirectedException e) {
                if (i == REDIRECT_LIMIT) {
                    throw e;
                }
                Redirect redirect = e.redirect();
                asking = redirect.ask();
                String host = redirect.host().isEmpty() ? address.host() : redirect.host();
                address = new HostPort(host, redirect.port());
                if (!asking) {
                    side.forget();
                }
            }
        }
    }

    /// The commands about one of several keys.
    @FunctionalInterface
    interface Questions {
        List<byte[][]> about(int index);
    }

    /// Asks several things about each of several keys, in one pipeline for each node.
    List<List<Answer>> askAll(List<byte[]> keys, int database, Questions questions)
            throws IOException {
        NodeLink[] asked = new NodeLink[keys.size()];
        List<List<byte[][]>> commands = new ArrayList<>(asked.length);
        for (int i = 0; i < asked.length; i++) {
            asked[i] = of(keys.get(i), database);
            commands.add(questions.about(i));
            commands(keys.get(i), database, commands.get(i)).forEach(asked[i]::add);
        }
        for (NodeLink link : asked) {
            link.flush();
        }
        List<List<Answer>> all = new ArrayList<>(asked.length);
        List<Integer> elsewhere = new ArrayList<>();
        for (int i = 0; i < asked.length; i++) {
            List<Answer> answers = new ArrayList<>(commands.get(i).size());
            for (int j = 0; j < commands.get(i).size(); j++) {
                answers.add(asked[i].raw());
            }
            all.add(answers);
            if (isRefused(asked[i], answers)) {
                elsewhere.add(i);
            }
        }
        for (int i : elsewhere) {
            all.set(i, ask(keys.get(i), database, commands.get(i)));
        }
        return all;
    }

    /// @return whether the key is at another node
    private static boolean isRefused(NodeLink link, List<Answer> answers) throws IOException {
        for (Answer answer : answers) {
            if (answer instanceof Answer.Failed failed) {
                try {
                    link.require(failed);
                } catch (RedirectedException e) {
                    // Followed by the caller, once everything that is on its way was read.
                    return true;
                }
            }
        }
        return false;
    }

    Answer ask(byte[] key, int database, byte[]... command) throws IOException {
        return ask(key, database, List.<byte[][]>of(command)).getFirst();
    }

    private static List<Answer> ask(NodeLink link, List<byte[][]> commands, boolean asking)
            throws IOException {
        boolean[] announced = new boolean[commands.size()];
        boolean queued = false;
        for (int i = 0; i < announced.length; i++) {
            byte[] name = commands.get(i)[0];
            // A transaction is asked for once: within it the server remembers (networking.c
            // resetClient), and would queue the word itself.
            announced[i] = asking && !queued;
            queued =
                    Arrays.equals(name, States.MULTI)
                            || (queued && !Arrays.equals(name, States.EXEC));
            if (announced[i]) {
                link.add(ASKING);
            }
            link.add(commands.get(i));
        }
        link.flush();
        List<Answer> answers = new ArrayList<>(commands.size());
        for (boolean each : announced) {
            if (each) {
                link.raw();
            }
            answers.add(link.raw());
        }
        // Only now, so that no answer is left unread on a connection that is used again.
        for (Answer answer : answers) {
            if (answer instanceof Answer.Failed failed) {
                link.require(failed);
            }
        }
        return answers;
    }

    /// The longest value that is kept whole from now on.
    void hold(int bytes) {
        heldBytes = bytes;
        links.values().forEach(link -> link.answers().hold(bytes));
    }

    /// Bytes received since the last time this was asked.
    long takeReceived() {
        long taken = links.values().stream().mapToLong(link -> link.answers().taken()).sum();
        long received = taken - takenBefore;
        takenBefore = taken;
        return received;
    }

    /// After a fault: nothing that is on its way may be taken for an answer.
    @Override
    public void close() {
        links.values().forEach(NodeLink::close);
        links.clear();
        lastAddress = null;
        last = null;
        takenBefore = 0;
        side.forget();
    }
}
