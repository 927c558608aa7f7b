package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Redirect;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Asks one node of the target many questions in few round trips. A slot may be on its way to
/// another node for hours: what it has taken along already is asked there.
final class NodeQuestions implements AutoCloseable {
    /// Some megabytes of questions at most.
    private static final int AT_ONCE = 1 << 14;

    private final Connection node;
    private final TargetScan target;
    private final ByteBuilder questions = new ByteBuilder(1 << 16);
    private final List<Question> waiting = new ArrayList<>();
    private final Map<HostPort, Connection> others = new HashMap<>();
    private int database;

    NodeQuestions(TargetScan.Primary node, TargetScan target) {
        this.node = node.connection();
        this.target = target;
    }

    /// Somebody who wants to know.
    @FunctionalInterface
    interface Answered {
        void with(Reply reply) throws IOException;
    }

    /// One command for one key.
    @FunctionalInterface
    interface Command {
        void write(ByteBuilder out);
    }

    private record Question(int from, int to, Answered answered) {}

    /// Chooses the database for what is asked next.
    void in(int wanted) throws IOException {
        if (wanted != database) {
            database = wanted;
            ask(out -> RespWriter.command(out, "SELECT", Integer.toString(wanted)), reply -> {});
        }
    }

    /// Asks, at the latest in [#end], which also hands the answers out.
    void ask(Command command, Answered answered) throws IOException {
        int from = questions.length;
        command.write(questions);
        waiting.add(new Question(from, questions.length, answered));
        if (waiting.size() >= AT_ONCE) {
            end();
        }
    }

    void end() throws IOException {
        node.send(questions);
        List<Question> asked = List.copyOf(waiting);
        waiting.clear();
        for (Question each : asked) {
            Reply reply = node.replies().read();
            Redirect redirect =
                    reply instanceof Reply.Failure failure ? Redirect.parse(failure.text()) : null;
            each.answered.with(redirect != null && redirect.ask() ? ask(redirect, each) : reply);
        }
        questions.clear();
    }

    private Reply ask(Redirect at, Question question) throws IOException {
        String host = at.host().isEmpty() ? node.address().host() : at.host();
        HostPort place = new HostPort(host, at.port());
        Connection other = others.get(place);
        if (other == null) {
            other = target.open(place);
            others.put(place, other);
        }
        ByteBuilder out = new ByteBuilder(question.to - question.from + 32);
        RespWriter.command(out, "ASKING");
        out.put(questions.array, question.from, question.to - question.from);
        other.send(out);
        other.replies().read();
        return other.replies().read();
    }

    @Override
    public void close() {
        others.values().forEach(Connection::close);
    }
}
