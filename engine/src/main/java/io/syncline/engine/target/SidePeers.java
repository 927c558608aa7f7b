package io.syncline.engine.target;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.ReplyReader;
import io.syncline.engine.resp.RespFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Connections to the nodes of a cluster beside its lanes, for questions and answers: kept open,
/// since a command over several slots is seldom alone.
///
/// After any fault all of them are to be closed: what an answer belongs to is unknown then.
final class SidePeers implements Closeable {
    private static final int EXPIRE_TIME_SINCE = 7;

    /// Values of users are read here; more than they may take is not asked for.
    private static final int LARGEST_REPLY_BYTES = 2 * (int) OperandReader.LARGEST_BYTES;

    private final WriterSettings settings;
    private final Map<HostPort, Peer> peers = new HashMap<>();

    SidePeers(WriterSettings settings) {
        this.settings = settings;
    }

    /// @param replies of [#connection], with room for values
    /// @param tellsExpireTime whether it knows PEXPIRETIME (Redis 7.0, every Valkey)
    record Peer(Connection connection, ReplyReader replies, boolean tellsExpireTime) {
        Reply read() throws IOException {
            try {
                return replies.read();
            } catch (RespFormatException e) {
                throw new IOException(Failure.words(e), e);
            }
        }

        /// Reads the answers to a transaction.
        ///
        /// @param commands between MULTI and EXEC
        /// @return one answer each
        /// @throws IOException when trying again may help
        /// @throws RefusedException when it cannot
        List<Reply> transaction(int commands) throws IOException, RefusedException {
            String refusal = "";
            for (int i = 0; i <= commands; i++) {
                if (read() instanceof Reply.Failure failure && refusal.isEmpty()) {
                    refusal = failure.text();
                }
            }
            Reply end = read();
            if (end instanceof Reply.Failure failure) {
                throw refused(refusal.isEmpty() ? failure.text() : refusal);
            }
            if (!(end instanceof Reply.Items items) || items.items().size() != commands) {
                throw new IOException("EXEC of " + commands + " commands is answered with " + end);
            }
            List<Reply> replies = new ArrayList<>();
            for (Reply item : items.items()) {
                replies.add(accept(item));
            }
            return replies;
        }
    }

    /// The answer, unless it is an error.
    static Reply accept(Reply reply) throws IOException, RefusedException {
        if (reply instanceof Reply.Failure failure) {
            throw refused(failure.text());
        }
        return reply;
    }

    private static RefusedException refused(String text) throws IOException {
        return switch (LaneFault.kindOf(text)) {
            case NOT_NOW, MOVED -> throw new TargetErrors.NotNowException(text);
            case LOST, CHAIN_BROKEN, PROTOCOL, REFUSED -> new RefusedException(text);
        };
    }

    Peer at(HostPort node) throws IOException {
        Peer peer = peers.get(node);
        if (peer == null) {
            Connection connection = settings.instance().connector().open(node);
            try {
                ServerInfo info = ServerInfo.read(connection);
                ReplyReader replies = new ReplyReader(connection.input(), LARGEST_REPLY_BYTES);
                boolean tells = info.isValkey() || info.major() >= EXPIRE_TIME_SINCE;
                peer = new Peer(connection, replies, tells);
            } catch (IOException | RuntimeException e) {
                connection.close();
                throw e;
            }
            peers.put(node, peer);
        }
        return peer;
    }

    boolean isEmpty() {
        return peers.isEmpty();
    }

    @Override
    public void close() {
        peers.values().forEach(peer -> peer.connection().close());
        peers.clear();
    }
}
