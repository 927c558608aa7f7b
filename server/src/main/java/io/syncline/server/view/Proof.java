package io.syncline.server.view;

import java.util.ArrayList;
import java.util.List;

/// Both sides, fact by fact.
public record Proof(List<Fact> facts) {
    private static final int NAME_WIDTH = 16;
    private static final int VALUE_WIDTH = 20;

    /// One fact about both sides.
    public record Fact(String name, String source, String target) {
        public boolean isEqual() {
            return source.equals(target);
        }
    }

    public Proof {
        facts = List.copyOf(facts);
    }

    public boolean isEqual() {
        return facts.stream().allMatch(Fact::isEqual);
    }

    public List<Line> lines(Look look) {
        List<Line> lines = new ArrayList<>();
        Line head = new Line().add("  ").to(2 + NAME_WIDTH).faint("source");
        lines.add(head.to(2 + NAME_WIDTH + VALUE_WIDTH).faint("target"));
        for (Fact fact : facts) {
            Line line = new Line().add("  ").add(fact.name()).to(2 + NAME_WIDTH).add(fact.source());
            line.to(2 + NAME_WIDTH + VALUE_WIDTH).add(fact.target());
            line.to(2 + NAME_WIDTH + 2 * VALUE_WIDTH);
            Tone tone = fact.isEqual() ? Tone.WELL : Tone.BROKEN;
            lines.add(line.symbol(tone, look).add(fact.isEqual() ? "equal" : "different", tone));
        }
        return lines;
    }

    public Note verdict() {
        return isEqual()
                ? new Note(Tone.WELL, "Proved: both sides hold the same, key by key", "")
                : new Note(Tone.BROKEN, "The two sides differ", "Please report this");
    }
}
