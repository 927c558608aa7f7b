package io.syncline.engine.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.KeyRecord;
import io.syncline.engine.twoway.Marker;
import io.syncline.engine.twoway.Owners;
import io.syncline.engine.twoway.Pair;
import io.syncline.engine.twoway.Request;
import io.syncline.engine.twoway.RequestEncoder;
import io.syncline.engine.twoway.Site;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Carries the core's requests to one site, and its answers back to the core. Owner thread only.
final class SiteWriter implements Closeable {
    /// PEXPIRETIME, which tells a key's expiry exactly, is known from here on.
    private static final int ABSOLUTE_EXPIRY_SINCE = 7;

    private final End end;
    private final Port port;
    private final Outgoing outgoing;
    private final Duration answerLimit;
    private final Runnable wake;
    private final Pace pace = new Pace();
    private final boolean absolute;
    private final Refusals refusals = new Refusals();
    private byte[] epoch = {};
    private boolean stale;
    private long transactions;
    private @Nullable SiteChannel channel;
    private Request.@Nullable Watch watching;
    private @Nullable IOException broken;
    private final AtomicLong commands = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    /// What is found at a site behind a new epoch.
    record Begun(@Nullable Marker marker, long offset, History history) {}

    /// Takes the answers for the core.
    interface Core {
        void fenced(long offset);

        void snapshot(long token, long offset, List<KeyRecord> records);

        void executed(boolean done, Set<KeyId> refused);

        /// The keys are at another node, or on their way to one.
        void displaced(Request request);
    }

    /// @param port where it writes
    /// @param outgoing how things are written at this site
    SiteWriter(
            End end,
            Port port,
            ServerInfo info,
            Outgoing outgoing,
            Duration answerLimit,
            Runnable wake) {
        this.end = end;
        this.port = port;
        this.outgoing = outgoing;
        this.answerLimit = answerLimit;
        this.wake = wake;
        absolute = info.isValkey() || info.major() >= ABSOLUTE_EXPIRY_SINCE;
    }

    Site site() {
        return end.site();
    }

    /// Connects, and writes a new epoch: what was sent over an earlier connection can no longer
    /// happen.
    Begun connect(String newEpoch) throws IOException {
        Connection connection = renew();
        try {
            connection.answerLimit(answerLimit);
            RequestEncoder encoder = encoder(newEpoch);
            encoder.begin();
            encoder.set(port.keys().epoch(), epoch);
            encoder.plain("INFO", "replication");
            encoder.get(port.keys().marker());
            List<Reply> replies = Answers.exchange(connection, encoder);
            int last = replies.size() - 1;
            Begun begun =
                    new Begun(
                            Answers.marker(connection.address().toString(), replies.get(last)),
                            Answers.offset(replies.get(last - 1)),
                            History.of(ServerInfo.of(replies.get(last - 1), connection.address())));
            start(connection, encoder);
            return begun;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /// Connects beside others, under an epoch that was written already.
    void join(String presentEpoch) throws IOException {
        Connection connection = renew();
        try {
            connection.answerLimit(answerLimit);
            start(connection, encoder(presentEpoch));
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private Connection renew() throws IOException {
        close();
        watching = null;
        stale = false;
        return port.open();
    }

    boolean isOpen() {
        return channel != null;
    }

    private RequestEncoder encoder(String ofEpoch) {
        RequestEncoder encoder = new RequestEncoder(port.keys(), end::fromPair, outgoing);
        epoch = ofEpoch.getBytes(UTF_8);
        encoder.epoch(epoch);
        return encoder;
    }

    private void start(Connection connection, RequestEncoder encoder) throws IOException {
        SiteChannel opened = new SiteChannel(connection, encoder, answerLimit, wake);
        opened.start();
        channel = opened;
    }

    /// Hands the answers that have come to the core.
    ///
    /// @return whether there was any
    boolean deliver() throws IOException {
        SiteChannel open = channel;
        boolean any = open != null && open.deliver();
        IOException fault = broken;
        if (fault != null) {
            throw fault;
        }
        return any;
    }

    /// Sends what the core asks.
    boolean carry(Pair pair) throws IOException {
        boolean any = false;
        SiteChannel open = channel;
        if (open == null) {
            return false;
        }
        for (Request next = pair.nextRequest(site());
                next != null;
                next = pair.nextRequest(site())) {
            carry(of(pair), open, next, port.keys().marker());
            any = true;
        }
        return any;
    }

    private Core of(Pair pair) {
        return new Core() {
            @Override
            public void fenced(long offset) {
                pair.fenced(site(), offset);
            }

            @Override
            public void snapshot(long token, long offset, List<KeyRecord> records) {
                pair.snapshot(site(), token, offset, records);
            }

            @Override
            public void executed(boolean done, Set<KeyId> refused) {
                pair.executed(site(), done, refused);
            }

            @Override
            public void displaced(Request request) {
                broken = new IOException("a slot is somewhere else");
            }
        };
    }

    /// Sends one request.
    ///
    /// @param marker the key of the marker that goes with a transaction
    void carry(Core core, Request request, byte[] marker) throws IOException {
        SiteChannel open = channel;
        if (open == null) {
            throw new IOException("there is no connection");
        }
        carry(core, open, request, marker);
    }

    private void carry(Core core, SiteChannel open, Request request, byte[] marker)
            throws IOException {
        RequestEncoder encoder = open.encoder();
        switch (request) {
            case Request.Watch watch -> watching = watch;
            case Request.AskOffset ask -> {
                Request.Watch watch = watching;
                encoder.begin();
                if (watch != null) {
                    encoder.watch(watch);
                }
                encoder.fence();
                long sent = System.nanoTime();
                open.send(replies -> {
                    pace.answered(System.nanoTime() - sent);
                    fenced(core, open, ask, replies);
                });
            }
            case Request.Unwatch unwatch -> {
                encoder.begin();
                encoder.plain("UNWATCH");
                open.send(replies -> {});
            }
            case Request.AskRecords ask -> {
                encoder.begin();
                encoder.records(ask.keys(), absolute ? "PEXPIRETIME" : "PTTL");
                Owners owners = encoder.owners();
                open.send(replies -> records(core, open, ask, owners, replies));
            }
            case Request.Transaction transaction -> {
                encoder.begin();
                encoder.transaction(transaction, marker);
                Owners owners = encoder.owners();
                int size = encoder.out().length;
                open.send(replies -> executed(core, open, transaction, owners, size, replies));
            }
        }
    }

    Pace pace() {
        return pace;
    }

    private void fenced(Core core, SiteChannel open, Request.AskOffset ask, List<Reply> replies) {
        try {
            if (isDisplaced(replies)) {
                core.displaced(ask);
                return;
            }
            Answers.accept(open.place(), replies);
            Refusals.requireOwn(open.place(), epoch, replies.get(replies.size() - 2));
            core.fenced(Answers.offset(replies.getLast()));
        } catch (IOException e) {
            broken = e;
        }
    }

    /// Asks whether the epoch is still ours, unless an answer that tells is on its way. A task with
    /// nothing to write would not hear of it otherwise: what its successor writes settles what it
    /// has read itself.
    void askEpoch() throws IOException {
        SiteChannel open = channel;
        if (open != null && open.isIdle()) {
            open.encoder().begin();
            open.encoder().get(port.keys().epoch());
            open.send(replies -> Refusals.requireOwn(open.place(), epoch, replies.getLast()));
        }
    }

    private void records(
            Core core,
            SiteChannel open,
            Request.AskRecords ask,
            Owners owners,
            List<Reply> replies) {
        try {
            if (isDisplaced(replies)) {
                core.displaced(ask);
                return;
            }
            Answers.accept(open.place(), replies);
            if (!(replies.getLast() instanceof Reply.Items items)) {
                throw new IOException("EXEC is answered with " + replies.getLast());
            }
            Answers.accept(open.place(), items.items());
            core.snapshot(
                    ask.token(),
                    Answers.offset(items.items().getFirst()),
                    Answers.records(items.items(), owners, absolute));
        } catch (IOException e) {
            broken = e;
        }
    }

    private void executed(
            Core core,
            SiteChannel open,
            Request.Transaction transaction,
            Owners owners,
            int size,
            List<Reply> replies) {
        try {
            if (isDisplaced(replies)) {
                core.displaced(transaction);
                return;
            }
            Set<KeyId> unknown = Refusals.whenQueued(owners, replies);
            if (!unknown.isEmpty()) {
                refused.addAndGet(unknown.size());
                core.executed(false, unknown);
                return;
            }
            Answers.accept(open.place(), replies);
            switch (replies.getLast()) {
                case Reply.Nil nil -> core.executed(false, Set.of());
                case Reply.Items items -> {
                    transactions++;
                    commands.addAndGet(transaction.commandCount());
                    bytes.addAndGet(size);
                    Set<KeyId> keys =
                            refusals.within(open.place(), transaction, owners, items.items());
                    refused.addAndGet(keys.size());
                    keys.addAll(Refusals.withFieldsGone(owners, items.items()));
                    keys.addAll(Refusals.withSourcesGone(transaction, owners, items.items()));
                    core.executed(true, keys);
                }
                default -> throw new IOException("EXEC is answered with " + replies.getLast());
            }
        } catch (IOException e) {
            broken = e;
        }
    }

    /// A replica that was the primary answers MOVED, too: the next request goes over a new
    /// connection.
    private boolean isDisplaced(List<Reply> replies) {
        boolean displaced = Answers.isDisplaced(replies);
        stale |= displaced;
        return displaced;
    }

    /// Whether it is to be connected anew.
    boolean isStale() {
        return stale && isIdle();
    }

    /// Whether every answer has come.
    boolean isIdle() {
        SiteChannel open = channel;
        return open == null || open.isIdle();
    }

    /// Transactions that took effect here.
    long transactions() {
        return transactions;
    }

    /// Commands of users that were written here. From any thread.
    long commands() {
        return commands.get();
    }

    long bytes() {
        return bytes.get();
    }

    long refused() {
        return refused.get();
    }

    @Override
    public void close() {
        SiteChannel open = channel;
        channel = null;
        // What broke it is not to be met again behind it.
        broken = null;
        if (open != null) {
            open.close();
        }
    }
}
