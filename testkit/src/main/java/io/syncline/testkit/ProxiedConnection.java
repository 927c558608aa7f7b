package io.syncline.testkit;

import io.syncline.testkit.FaultProxy.Direction;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One connection through a [FaultProxy]: two sockets and a pump for each direction.
final class ProxiedConnection {
    /// What is read at once; also the grain of a Truncate's and a Throttle's reading.
    private static final int CHUNK = 64 * 1024;

    /// A throttle lets its bytes pass in this many portions per second.
    private static final int PORTIONS_PER_SECOND = 50;

    private final FaultProxy proxy;
    private final Socket client;
    private final Socket server;
    private final Pump toServer;
    private final Pump toClient;

    ProxiedConnection(FaultProxy proxy, Socket client, Socket server) {
        this.proxy = proxy;
        this.client = client;
        this.server = server;
        this.toServer = new Pump(Direction.TO_SERVER, client, server);
        this.toClient = new Pump(Direction.TO_CLIENT, server, client);
    }

    void start() {
        Thread.ofVirtual().name("fault-proxy-to-server").start(toServer::run);
        Thread.ofVirtual().name("fault-proxy-to-client").start(toClient::run);
    }

    void apply(Direction direction, Fault fault) {
        switch (fault) {
            case Fault.Cut cut -> close();
            case Fault.Reset reset -> {
                reset(client);
                reset(server);
                close();
            }
            case Fault.Stall stall -> pump(direction).set(fault);
            case Fault.Delay delay -> pump(direction).set(fault);
            case Fault.Truncate truncate -> pump(direction).set(fault);
            case Fault.Throttle throttle -> pump(direction).set(fault);
        }
    }

    void heal() {
        toServer.set(null);
        toClient.set(null);
    }

    void close() {
        end(client);
        end(server);
        heal();
        proxy.ended(this);
    }

    /// Closes with RST instead of FIN.
    static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException alreadyClosed) {
            // What has no connection any more cannot be reset, and need not be.
        }
        end(socket);
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // The other side may have ended it in this moment: what was wanted has happened.
        }
    }

    private Pump pump(Direction direction) {
        return direction == Direction.TO_SERVER ? toServer : toClient;
    }

    /// Copies one direction, obeying the fault that is set at the moment.
    private final class Pump {
        private final Direction direction;
        private final Socket from;
        private final Socket to;
        private final ReentrantLock lock = new ReentrantLock();
        private final Condition changed = lock.newCondition();
        private @Nullable Fault fault;
        private long passedSinceFault;
        private long nextPortionNanos = System.nanoTime();

        Pump(Direction direction, Socket from, Socket to) {
            this.direction = direction;
            this.from = from;
            this.to = to;
        }

        void set(@Nullable Fault next) {
            lock.lock();
            try {
                fault = next;
                passedSinceFault = 0;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void run() {
            byte[] chunk = new byte[CHUNK];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
                    long readNanos = System.nanoTime();
                    for (int sent = 0; sent < count; ) {
                        int portion = permitted(count - sent, readNanos);
                        out.write(chunk, sent, portion);
                        proxy.counter(direction).addAndGet(portion);
                        sent += portion;
                    }
                }
            } catch (IOException ended) {
                // Either side closed, or a fault did: both directions end below.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            close();
        }

        /// Waits until bytes may pass and says how many.
        ///
        /// @throws IOException when none will ever
        private int permitted(int wanted, long readNanos) throws IOException, InterruptedException {
            lock.lockInterruptibly();
            try {
                long waitNanos = waitNanos(readNanos);
                while (waitNanos > 0 && !to.isClosed()) {
                    changed.awaitNanos(waitNanos);
                    waitNanos = waitNanos(readNanos);
                }
                if (to.isClosed()) {
                    throw new IOException("closed");
                }
                int portion = portion(wanted);
                passedSinceFault += portion;
                return portion;
            } finally {
                lock.unlock();
            }
        }

        private long waitNanos(long readNanos) {
            return switch (fault) {
                case null -> 0;
                case Fault.Stall stall -> Long.MAX_VALUE;
                case Fault.Delay delay -> readNanos + delay.by().toNanos() - System.nanoTime();
                case Fault.Throttle throttle -> nextPortionNanos - System.nanoTime();
                case Fault.Truncate truncate -> 0;
                case Fault.Cut cut -> 0;
                case Fault.Reset reset -> 0;
            };
        }

        private int portion(int wanted) throws IOException {
            return switch (fault) {
                case null -> wanted;
                case Fault.Stall stall -> wanted;
                case Fault.Delay delay -> wanted;
                case Fault.Truncate truncate -> {
                    long left = truncate.afterBytes() - passedSinceFault;
                    if (left <= 0) {
                        throw new IOException("truncated");
                    }
                    yield (int) Math.min(left, wanted);
                }
                case Fault.Throttle throttle -> {
                    long most = Math.max(1, throttle.bytesPerSecond() / PORTIONS_PER_SECOND);
                    long portion = Math.min(most, wanted);
                    nextPortionNanos =
                            System.nanoTime()
                                    + TimeUnit.SECONDS.toNanos(portion) / throttle.bytesPerSecond();
                    yield (int) portion;
                }
                case Fault.Cut cut -> throw new IOException("cut");
                case Fault.Reset reset -> throw new IOException("reset");
            };
        }
    }
}
