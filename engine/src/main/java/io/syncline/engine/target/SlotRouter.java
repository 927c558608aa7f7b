package io.syncline.engine.target;

import io.syncline.engine.command.CommandKind;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.KeyFinder;
import io.syncline.engine.command.Slots;
import io.syncline.engine.resp.CommandView;

/// Finds the slot that a command belongs to.
final class SlotRouter {
    /// The command's keys are in several slots.
    static final int SEVERAL = -1;

    private final KeyFinder finder = new KeyFinder();

    /// The slot of all of a command's keys, or [#SEVERAL]. A command without keys has no slot of
    /// its own: a message goes where its channel's name would, anything else to slot 0, whose node
    /// refuses it if it may not be run there.
    int slotOf(CommandView command, CommandSpec spec) {
        if (spec.singleKey() || spec.kind() == CommandKind.PUBLISH) {
            return command.argumentCount > 1 ? slot(command, 1) : 0;
        }
        int count = finder.find(command, spec);
        if (count == 0) {
            return 0;
        }
        int slot = slot(command, finder.indexes[0]);
        for (int i = 1; i < count; i++) {
            if (slot(command, finder.indexes[i]) != slot) {
                return SEVERAL;
            }
        }
        return slot;
    }

    private static int slot(CommandView command, int argument) {
        return Slots.of(command.buffer, command.offsets[argument], command.lengths[argument]);
    }
}
