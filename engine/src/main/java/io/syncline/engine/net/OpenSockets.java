package io.syncline.engine.net;

import java.io.IOException;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The sockets of one side that are open, so that a stop can end whatever waits on one of them: a
/// peer that hangs would hold it up for as long as an answer may take.
///
/// Thread-safe.
final class OpenSockets {
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean shut;

    /// @throws IOException when no more may be opened
    void add(Socket socket) throws IOException {
        open.add(socket);
        if (shut) {
            close(socket);
            throw new IOException("stopped");
        }
    }

    void close(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing is lost: a socket that cannot be closed is already gone.
            System.getLogger(OpenSockets.class.getName())
                    .log(System.Logger.Level.DEBUG, "closing " + socket, e);
        }
    }

    /// Closes all of them and lets nobody open another.
    void shut() {
        shut = true;
        open.forEach(this::close);
    }
}
