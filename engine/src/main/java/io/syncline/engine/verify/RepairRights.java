package io.syncline.engine.verify;

import static io.syncline.engine.verify.NodeLink.bytes;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.FilterRules;
import io.syncline.engine.command.Slots;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Whether the nodes of a side take what a repair writes, asked before anything is compared: a
/// comparison may take hours, and would find out only at the first difference.
///
/// The commands are queued in a transaction that is discarded. Servers look at rights, memory,
/// their disk and their role when a command is queued (server.c `processCommand`), in all versions
/// alike, so nothing is written and no right beyond those of a repair is needed.
final class RepairRights {
    private static final String REMEDY =
            "Give the account +@write +watch +unwatch +multi +exec on all keys, see"
                    + " docs/reference/verify.md, or leave --repair out";

    /// Hears what is worth knowing but no reason to stop.
    @FunctionalInterface
    interface Warnings {
        void warn(String place, String text, String remedy);
    }

    private final Side side;
    private final Warnings warnings;
    private boolean warned;

    RepairRights(Side side, Warnings warnings) {
        this.side = side;
        this.warnings = warnings;
    }

    /// @throws SynclineException when some node would refuse every repair
    void check() throws IOException {
        for (int i = 0; i < side.nodes().size(); i++) {
            int slot = side.slots(i).nextSetBit(0);
            if (slot >= 0) {
                check(side.nodes().get(i), "{" + Slots.tag(slot) + "}");
            }
        }
    }

    private void check(ServerInfo node, String tag) throws IOException {
        byte[] own = bytes(FilterRules.OWN_PREFIX + "verify:rights:" + tag);
        byte[] copy = bytes(FilterRules.OWN_PREFIX + "verify:copy:" + tag);
        List<byte[][]> commands = commands(own, copy);
        try (NodeLink link = new NodeLink(side.connect(node.address()), new Digest(0, 0))) {
            link.add(bytes("WATCH"), own).add(bytes("UNWATCH")).add(States.MULTI);
            commands.forEach(link::add);
            link.add(bytes("DISCARD")).flush();
            for (String name : List.of("WATCH", "UNWATCH", "MULTI")) {
                judge(node, name, link.raw());
            }
            for (byte[][] command : commands) {
                judge(node, Show.text(command[0]), link.raw());
            }
            link.raw();
        }
    }

    private List<byte[][]> commands(byte[] own, byte[] copy) {
        byte[] zero = bytes("0");
        List<byte[][]> commands = new ArrayList<>();
        commands.add(
                side.facts().restoreReplaces()
                        ? new byte[][] {bytes("RESTORE"), own, zero, zero, bytes("REPLACE")}
                        : new byte[][] {bytes("RESTORE"), own, zero, zero});
        commands.add(new byte[][] {bytes("DEL"), own});
        commands.add(new byte[][] {LargeCopy.removal(side.facts().format()), own});
        commands.add(new byte[][] {bytes("PEXPIREAT"), own, zero});
        commands.add(new byte[][] {bytes("PEXPIRE"), copy, zero});
        commands.add(new byte[][] {bytes("PERSIST"), own});
        commands.add(new byte[][] {bytes("RENAME"), copy, own});
        return commands;
    }

    private void judge(ServerInfo node, String command, Answer answer) throws IOException {
        if (!(answer instanceof Answer.Failed failed)) {
            return;
        }
        String place = node.address().toString();
        String what = "the " + side.name() + " takes no repair (" + command + "): ";
        switch (failed.kind()) {
            case OOM ->
                    throw new SynclineException(
                            ErrorCode.TARGET_OUT_OF_MEMORY,
                            place,
                            what + failed.text(),
                            "Raise its maxmemory, or leave --repair out");
            case READONLY ->
                    throw new SynclineException(
                            ErrorCode.TARGET_READ_ONLY,
                            place,
                            what + failed.text(),
                            "Name its primary, or leave --repair out");
            case NOPERM -> {
                // The other reason is the key: of users' keys it may be allowed to write all.
                if (!failed.text().contains("to run")) {
                    warn(place, failed.text());
                    return;
                }
                throw new SynclineException(
                        ErrorCode.NOT_PERMITTED, place, what + failed.text(), REMEDY);
            }
            case UNKNOWN_COMMAND ->
                    throw new SynclineException(
                            ErrorCode.TARGET_UNSUITABLE,
                            place,
                            what + failed.text(),
                            "Undo rename-command there, name the server itself and not a proxy, or"
                                    + " leave --repair out");
            case MOVED, ASK, CROSSSLOT -> {
                // The slot moved since the map was read; another node answers for it.
            }
            default ->
                    throw new SynclineException(
                            ErrorCode.TARGET_NOT_READY,
                            place,
                            what + failed.text(),
                            "Start again when it takes writes, or leave --repair out");
        }
    }

    private void warn(String place, String refusal) {
        if (!warned) {
            warned = true;
            warnings.warn(
                    place,
                    "the account may write some keys only, so a repair of others will fail: "
                            + refusal,
                    "Allow the account ~*, or look that all keys to be compared fit its patterns");
        }
    }
}
