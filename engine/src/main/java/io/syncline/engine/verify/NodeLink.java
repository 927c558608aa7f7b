package io.syncline.engine.verify;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Redirect;
import io.syncline.engine.resp.RespWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// One connection to one node, for pipelines: commands are added, sent together, and answered in
/// order. For one thread.
final class NodeLink implements AutoCloseable {
    /// A pipeline's text; large keys and repaired values make it grow for a moment.
    private static final int OUT_BYTES = 16 << 10;

    private static final int KEPT_BYTES = 1 << 20;

    private static final int KEYSPACE_USES = 16;

    private final Connection connection;
    private final AnswerReader answers;
    private final ByteBuilder out = new ByteBuilder(OUT_BYTES);
    private int database;
    private Keyspace keyspace = Keyspace.UNKNOWN;
    private int keyspaceDatabase = -1;
    private int keyspaceUses;

    NodeLink(Connection connection, Digest digest) {
        this.connection = connection;
        this.answers = new AnswerReader(connection.input(), digest);
    }

    HostPort address() {
        return connection.address();
    }

    AnswerReader answers() {
        return answers;
    }

    /// Sees to it that what follows is about this database.
    void select(int wanted) throws IOException {
        if (wanted == database) {
            return;
        }
        add(bytes("SELECT"), bytes(Integer.toString(wanted))).flush();
        if (raw() instanceof Answer.Failed failed) {
            check(failed);
            throw new SynclineException(
                    ErrorCode.TARGET_UNSUITABLE,
                    address().toString(),
                    "database " + wanted + " cannot be selected: " + failed.text(),
                    "Choose with --databases what both sides have");
        }
        database = wanted;
    }

    /// What the node said last of a database.
    Keyspace keyspace(int wanted) {
        return keyspaceDatabase == wanted ? keyspace : Keyspace.UNKNOWN;
    }

    void keyspace(int told, Keyspace now) {
        keyspaceDatabase = told;
        keyspace = now;
        keyspaceUses = 0;
    }

    /// Whether to ask again what expires: each time while questions are left out because of it, and
    /// else now and then.
    boolean isKeyspaceDue(int wanted, boolean fields) {
        boolean used = !keyspace.keysExpire() || (fields && !keyspace.fieldsExpire());
        return used || keyspaceDatabase != wanted || ++keyspaceUses == KEYSPACE_USES;
    }

    /// Adds a command; [#flush] sends it.
    NodeLink add(byte[]... arguments) {
        RespWriter.array(out, arguments.length);
        for (byte[] argument : arguments) {
            RespWriter.bulk(out, argument);
        }
        return this;
    }

    /// Adds a question about a key.
    NodeLink add(Question question, byte[] key) {
        question.write(out, key);
        return this;
    }

    /// Adds a command that is in RESP already.
    void add(ByteBuilder command) {
        out.put(command.array, 0, command.length);
    }

    void flush() throws IOException {
        if (out.length == 0) {
            return;
        }
        try {
            connection.send(out);
        } catch (IOException e) {
            throw new NodeException(address(), e);
        }
        out.clearAndTrim(KEPT_BYTES);
    }

    /// The next answer in order. An error that is an answer to the question is a value; one that
    /// says "not here" or "not now" is an exception, worth another try.
    Answer next() throws IOException {
        Answer answer = raw();
        if (answer instanceof Answer.Failed failed) {
            require(failed);
        }
        return answer;
    }

    /// The next answer, whatever it is.
    Answer raw() throws IOException {
        try {
            return answers.read();
        } catch (IOException e) {
            throw new NodeException(address(), e);
        }
    }

    Answer call(byte[]... arguments) throws IOException {
        add(arguments);
        flush();
        return next();
    }

    /// Takes as an answer only what tells of the key: that it is of another type, or gone. A side
    /// that refuses to be read is never equal to another.
    void require(Answer.Failed failed) throws IOException {
        check(failed);
        boolean ofKey =
                failed.kind() == ErrorKind.WRONGTYPE
                        || failed.kind() == ErrorKind.NOGROUP
                        || failed.text().startsWith("ERR no such key");
        if (!ofKey) {
            throw new SynclineException(
                    ErrorCode.TARGET_UNSUITABLE,
                    address().toString(),
                    "the server refuses a question of the verification: " + failed.text(),
                    "Name the node itself and not a proxy; see docs/reference/verify.md");
        }
    }

    /// Throws what "not here" and "not now" mean, and what only an operator can change.
    void check(Answer.Failed failed) throws IOException {
        ErrorKind kind = failed.kind();
        String place = address().toString();
        switch (kind.remedy()) {
            case RETRY -> throw new NodeException(address(), failed.text());
            case REDIRECT -> {
                Redirect redirect = Redirect.parse(failed.text());
                throw redirect == null
                        ? new NodeException(address(), failed.text())
                        : new RedirectedException(redirect, address(), failed.text());
            }
            case OPERATOR ->
                    throw new SynclineException(
                            ErrorCode.NOT_PERMITTED,
                            place,
                            "the account may not do what a verification needs: " + failed.text(),
                            "Give it read rights on all keys and the commands listed in"
                                    + " docs/reference/verify.md");
            case NONE, CAUSE -> {
                if (kind == ErrorKind.UNKNOWN_COMMAND) {
                    throw new SynclineException(
                            ErrorCode.TARGET_UNSUITABLE,
                            place,
                            "the server lacks a command that a verification needs: "
                                    + failed.text(),
                            "Name the node itself and not a proxy; see docs/reference/verify.md");
                }
            }
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        connection.close();
    }
}
