package io.syncline.engine.command;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Commands written as words, and read back as words.
final class CommandViews {
    private CommandViews() {}

    /// Words apart by one blank; `''` is an empty word.
    static CommandView of(String line) {
        return of(line.replace("''", "").split(" ", -1));
    }

    static CommandView of(String... words) {
        ByteBuilder bytes = new ByteBuilder(64);
        for (int i = 0; i < 3; i++) {
            bytes.put((byte) 'x');
        }
        byte[][] arguments = new byte[words.length][];
        RespWriter.array(bytes, words.length);
        for (int i = 0; i < words.length; i++) {
            arguments[i] = words[i].getBytes(StandardCharsets.ISO_8859_1);
            RespWriter.bulk(bytes, arguments[i]);
        }
        CommandView view = new CommandView();
        if (!new CommandParser().parse(bytes.array, 3, bytes.length, view)) {
            throw new AssertionError("the command is not whole");
        }
        return view;
    }

    /// Every command in the buffer, its words joined with blanks.
    static List<String> read(ByteBuilder buffer) {
        List<String> lines = new ArrayList<>();
        CommandParser parser = new CommandParser();
        CommandView view = new CommandView();
        int at = 0;
        while (at < buffer.length) {
            if (!parser.parse(buffer.array, at, buffer.length, view)) {
                throw new AssertionError("the buffer ends in a command: " + buffer);
            }
            lines.add(line(view));
            at = view.end;
        }
        return lines;
    }

    static String line(CommandView view) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < view.argumentCount; i++) {
            words.add(view.text(i));
        }
        return String.join(" ", words);
    }

    static CommandSpec spec(CommandView view) {
        return CommandTable.standard().find(view);
    }
}
