package io.syncline.engine.target;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;

/// A command over several slots as one command per key, where that has the same effect: it loses
/// only that all keys change at the same instant.
///
/// MSETNX in a stream has set all of its keys, so plain SETs say the same.
final class CrossSlot {
    private final CommandView whole;
    private final String name;
    private final int step;

    CrossSlot(CommandView whole, CommandSpec spec) {
        this.whole = whole;
        switch (spec.name()) {
            case "DEL", "UNLINK", "TOUCH" -> {
                name = spec.name();
                step = 1;
            }
            case "MSET", "MSETNX" -> {
                name = "SET";
                step = 2;
            }
            default -> {
                name = "";
                step = 1;
            }
        }
    }

    boolean canBeSplit() {
        return !name.isEmpty() && (whole.argumentCount - 1) % step == 0;
    }

    int count() {
        return (whole.argumentCount - 1) / step;
    }

    CommandSpec spec() {
        return CommandTable.standard().find(name);
    }

    CommandView part(int index) {
        ByteBuilder text = new ByteBuilder(128);
        RespWriter.array(text, 1 + step);
        RespWriter.bulk(text, name);
        for (int i = 0; i < step; i++) {
            int argument = 1 + index * step + i;
            RespWriter.bulk(text, whole.buffer, whole.offsets[argument], whole.lengths[argument]);
        }
        CommandView view = new CommandView();
        new CommandParser().parse(text.array, 0, text.length, view);
        return view;
    }
}
