package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.etl.KeyHomes;
import io.syncline.engine.handover.SlotGate;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.target.RewindException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// Gives keys their true expiry that were held while the target was behind, if it still has the one
/// that it was given: else something was said about it since.
///
/// On connections of its own, while nothing of the pipeline is under way. It may be done twice.
final class ExpiryRelease {
    /// At once: the stream waits meanwhile, on a server for some hundredths of a second, and for as
    /// many round trips as with a single key. Where those are long, many small steps take longer
    /// than the traffic takes to bring as many keys again.
    private static final int MOST_KEYS = 20_000;

    /// So far an expiry may be from the one sent: MIGRATE takes the time left along, and the way
    /// there adds to it; and some servers only tell the time left, by clocks of their own.
    private static final long DRIFT_MILLIS = 60_000;

    private final Workshop shop;
    private final HeldExpiries held;
    private final boolean exact;

    /// Why the target does not answer; empty while it does.
    private String refusal = "";

    private boolean told;

    ExpiryRelease(Workshop shop) {
        this.shop = shop;
        this.held = shop.held();
        this.exact = shop.rewriter().targetTellsExpiryTime();
    }

    /// Releases some.
    ///
    /// @return whether none is left
    boolean some() throws RewindException {
        if (!held.isEmpty()) {
            Map<HeldExpiries.Name, HeldExpiries.Held> some = held.first(MOST_KEYS);
            shop.targetScan()
                    .runEach(shop, (primary, questions) -> release(primary, questions, some));
            held.forget(some.keySet());
            tell();
        }
        return held.isEmpty();
    }

    private void tell() {
        if (!refusal.isEmpty() && !told) {
            told = true;
            shop.event(
                    new LinkEvent.Warned(
                            shop.writer().place(),
                            "keys that were to expire while the target was behind keep more time"
                                    + " than the source's, until the source deletes them: "
                                    + refusal,
                            "Allow the account +@read and +@write"));
        }
        refusal = "";
        if (held.hasOverflowed()) {
            shop.event(
                    new LinkEvent.Warned(
                            shop.writer().place(),
                            "more keys than are remembered came close to their expiry while the"
                                    + " target was behind; those of them that the source kept alive"
                                    + " may be missing",
                            "Compare both sides with ./syncline verify --repair, or give keys"
                                    + " more time with --extend-expiry"));
        }
    }

    private record Key(HeldExpiries.Name at, HeldExpiries.Held times) {
        byte[] name() {
            return at.key().array();
        }
    }

    private void release(
            TargetScan.Primary primary,
            NodeQuestions questions,
            Map<HeldExpiries.Name, HeldExpiries.Held> some)
            throws IOException {
        List<Key> here = new ArrayList<>();
        some.forEach((name, times) -> {
            if (primary.slots().get(Slots.of(name.key().array()))) {
                here.add(new Key(name, times));
            }
        });
        List<Key> untouched = new ArrayList<>();
        ask(
                questions,
                here.stream().filter(this::isOurs).toList(),
                this::lifetime,
                (key, time) -> {
                    if (isUntouched(time, key.times.sent())) {
                        untouched.add(key);
                    }
                });
        ask(questions, untouched, ExpiryRelease::expireInTime, (key, done) -> {});
        ask(questions, here, this::forget, (key, done) -> {});
    }

    /// Of a slot that has left the shard, another stream has told more.
    private boolean isOurs(Key key) {
        SlotGate gate = shop.gate();
        return gate == null
                || shop.homes().whether(key.at.database(), key.name(), gate::holds)
                        != KeyHomes.Home.ELSEWHERE;
    }

    private void lifetime(ByteBuilder out, Key key) {
        RespWriter.array(out, 2);
        RespWriter.bulk(out, exact ? "PEXPIRETIME" : "PTTL");
        RespWriter.bulk(out, key.name());
    }

    private static void expireInTime(ByteBuilder out, Key key) {
        RespWriter.array(out, 3);
        RespWriter.bulk(out, "PEXPIREAT");
        RespWriter.bulk(out, key.name());
        RespWriter.bulk(out, Math.max(1, key.times.moment()));
    }

    private void forget(ByteBuilder out, Key key) {
        held.notes().write(out, key.at, null);
    }

    /// One pipeline; nothing more is asked once the target refuses to answer.
    private void ask(
            NodeQuestions questions,
            List<Key> keys,
            BiConsumer<ByteBuilder, Key> command,
            BiConsumer<Key, Reply> answered)
            throws IOException {
        if (!refusal.isEmpty()) {
            return;
        }
        for (Key key : keys) {
            questions.in(key.at.database());
            questions.ask(
                    out -> command.accept(out, key),
                    reply -> {
                        if (reply instanceof Reply.Failure failure) {
                            refused(failure);
                        } else {
                            answered.accept(key, reply);
                        }
                    });
        }
        questions.end();
    }

    private void refused(Reply.Failure failure) throws IOException {
        if (passes(failure.kind().remedy())) {
            throw new IOException(failure.text());
        }
        refusal = failure.text();
    }

    private boolean isUntouched(Reply time, long sent) {
        if (!(time instanceof Reply.Whole number) || number.value() < 0) {
            return false;
        }
        long from = exact ? 0 : shop.sourceMillis(System.currentTimeMillis());
        return Math.abs(from + number.value() - sent) < DRIFT_MILLIS;
    }

    /// Whether it is waited for: rights that were taken away as well, as the writer does, unless
    /// the user wants to skip what is refused.
    private boolean passes(ErrorKind.Remedy remedy) {
        return switch (remedy) {
            case RETRY, REDIRECT, CAUSE -> true;
            case OPERATOR -> shop.options().onRefused() == LinkOptions.OnRefused.STOP;
            case NONE -> false;
        };
    }
}
