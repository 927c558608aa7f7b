package io.syncline.engine.link;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.net.Connection;
import io.syncline.engine.resp.ErrorKind;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.target.RewindException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Gives keys their true expiry that were held while the target was behind, if it still has the one
/// that it was given: else something was said about it since.
///
/// On connections of its own, while nothing of the pipeline is under way. It may be done twice.
final class ExpiryRelease {
    /// At once: the stream waits meanwhile, on a server for some hundredths of a second, and for as
    /// many round trips as with a single key. Where those are long, many small steps take longer
    /// than the traffic takes to bring as many keys again.
    private static final int MOST_KEYS = 20_000;

    /// Of servers that only tell the time left: our clocks, and the way there.
    private static final long CLOCKS_MILLIS = 60_000;

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
            shop.targetScan().run(shop, primaries -> release(primaries, some));
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

    private void release(
            List<TargetScan.Primary> primaries, Map<HeldExpiries.Name, HeldExpiries.Held> some)
            throws IOException {
        for (TargetScan.Primary primary : primaries) {
            List<Key> here = new ArrayList<>();
            some.forEach((name, times) -> {
                if (primary.slots().get(Slots.of(name.key().array()))) {
                    here.add(new Key(name, times));
                }
            });
            if (!here.isEmpty() && refusal.isEmpty()) {
                release(primary.connection(), here);
            }
        }
    }

    private record Key(HeldExpiries.Name at, HeldExpiries.Held times) {
        byte[] name() {
            return at.key().array();
        }
    }

    /// A command for one key.
    private interface Asked {
        void write(ByteBuilder out, Key key);
    }

    private void release(Connection node, List<Key> keys) throws IOException {
        String question = exact ? "PEXPIRETIME" : "PTTL";
        List<Reply> times =
                ask(
                        node,
                        keys,
                        (out, key) -> {
                            RespWriter.array(out, 2);
                            RespWriter.bulk(out, question);
                            RespWriter.bulk(out, key.name());
                        });
        List<Key> untouched = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            if (isUntouched(times.get(i), keys.get(i).times.sent())) {
                untouched.add(keys.get(i));
            }
        }
        if (!untouched.isEmpty()) {
            ask(
                    node,
                    untouched,
                    (out, key) -> {
                        RespWriter.array(out, 3);
                        RespWriter.bulk(out, "PEXPIREAT");
                        RespWriter.bulk(out, key.name());
                        RespWriter.bulk(out, Math.max(1, key.times.moment()));
                    });
        }
        ask(node, keys, (out, key) -> held.notes().write(out, key.at, null));
    }

    private boolean isUntouched(Reply time, long sent) {
        if (!(time instanceof Reply.Whole number) || number.value() < 0) {
            return false;
        }
        if (exact) {
            return number.value() == sent;
        }
        long now = shop.sourceMillis(System.currentTimeMillis());
        return Math.abs(now + number.value() - sent) < CLOCKS_MILLIS;
    }

    /// One pipeline.
    ///
    /// @return an answer for each key; none at all when the target refuses to answer
    private List<Reply> ask(Connection node, List<Key> keys, Asked asked) throws IOException {
        ByteBuilder out = new ByteBuilder(64 * (keys.size() + 1));
        List<Boolean> ofKey = new ArrayList<>();
        int database = -1;
        for (Key key : keys) {
            if (key.at.database() != database) {
                database = key.at.database();
                RespWriter.command(out, "SELECT", Integer.toString(database));
                ofKey.add(false);
            }
            asked.write(out, key);
            ofKey.add(true);
        }
        node.send(out);
        List<Reply> answers = new ArrayList<>();
        for (boolean wanted : ofKey) {
            Reply answer = node.replies().read();
            if (answer instanceof Reply.Failure failure) {
                if (passes(failure.kind().remedy())) {
                    throw new IOException(failure.text());
                }
                refusal = failure.text();
                return List.of();
            }
            if (wanted) {
                answers.add(answer);
            }
        }
        return answers;
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
