package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One repair on connections of its own, since what is watched belongs to a connection, and EXEC
/// ends all of it. Used again for the next repair. For one thread.
final class RepairLane implements AutoCloseable {
    private static final byte[] WATCH = bytes("WATCH");
    private static final byte[] UNWATCH = bytes("UNWATCH");

    private final SideLinks links;
    private int index;
    private @Nullable NodeLink link;
    private @Nullable LargeCopy copy;

    /// Commands of the transaction that is on its way; none when the key was given up.
    private int commands;

    RepairLane(SideLinks links) {
        this.links = links;
    }

    /// Begins a repair: asks to watch the key, which [#isElsewhere] answers.
    ///
    /// @param suspect its index
    void watch(int suspect, byte[] key, int database) throws IOException {
        index = suspect;
        commands = 0;
        copy = null;
        link = links.of(key, database);
        link.add(WATCH, links.name(key, database)).flush();
    }

    int index() {
        return index;
    }

    NodeLink link() {
        if (link == null) {
            throw new IllegalStateException("nothing is watched");
        }
        return link;
    }

    /// Whether the key is at another node by now.
    boolean isElsewhere() throws IOException {
        try {
            link().next();
            return false;
        } catch (RedirectedException e) {
            links.side().forget();
            return true;
        }
    }

    void unwatch() {
        link().add(UNWATCH);
    }

    /// Adds a transaction.
    ///
    /// @param large what it puts in its place; dropped when it is not carried out. Null: nothing
    void execute(List<byte[][]> transaction, @Nullable LargeCopy large) {
        copy = large;
        commands = transaction.size();
        link().add(States.MULTI);
        transaction.forEach(link()::add);
        link().add(States.EXEC);
    }

    void flush() throws IOException {
        link().flush();
    }

    /// What EXEC answered, or the error for which it was not tried; a status when nothing was
    /// written.
    ///
    /// @throws RedirectedException when the key is at another node by now
    Answer result() throws IOException {
        Answer first = link().raw();
        if (commands == 0) {
            return first;
        }
        Answer.Failed refused = null;
        for (int i = 0; i < commands; i++) {
            if (link().raw() instanceof Answer.Failed failed) {
                refused = failed;
            }
        }
        Answer result = link().raw();
        if (copy != null && !(result instanceof Answer.Items)) {
            copy.drop();
        }
        if (refused != null) {
            link().check(refused);
            return refused;
        }
        return result;
    }

    @Override
    public void close() {
        links.close();
    }
}
