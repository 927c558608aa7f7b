package io.syncline.engine.command;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.ReplyReader;
import io.syncline.engine.resp.RespWriter;
import io.syncline.testkit.RedisServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/// A plain connection to a real server: bytes as this package makes them go out, replies come in.
final class Session implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final ReplyReader replies;

    Session(RedisServer server) throws IOException {
        socket = new Socket(server.host(), server.port());
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        replies = new ReplyReader(new BufferedInputStream(socket.getInputStream()));
    }

    List<Reply> send(ByteBuilder commands, int count) throws IOException {
        socket.getOutputStream().write(commands.array, 0, commands.length);
        List<Reply> received = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            received.add(replies.read());
        }
        return received;
    }

    Reply call(String... words) throws IOException {
        ByteBuilder command = new ByteBuilder(64);
        RespWriter.command(command, words);
        return send(command, 1).getFirst();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
