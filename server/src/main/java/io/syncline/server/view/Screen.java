package io.syncline.server.view;

import io.syncline.engine.link.LinkStatus.Shard;
import io.syncline.engine.link.Phase;
import io.syncline.server.view.Progress.Rates;
import java.util.ArrayList;
import java.util.List;

/// The live view of one link: headline, endpoints, each shard, what needs attention.
///
/// @param title what runs: the task's name
/// @param source address or URI without secrets
/// @param target likewise
/// @param look what the terminal can do
public record Screen(String title, String source, String target, Look look) {
    /// Up to here each shard gets its block; beyond, a line.
    private static final int MAX_BLOCKS = 3;

    private static final int BAR_WIDTH = 30;
    private static final int LABEL_COLUMN = 15;

    /// Rows beside the shards: headline, endpoints, blank lines, hint.
    private static final int OTHER_ROWS = 7;

    /// Enough of a replication id to tell two apart.
    private static final int SHOWN_ID = 8;

    /// The whole view, no higher than the terminal.
    ///
    /// @param attention what is wrong now, newest last; shown below the shards
    /// @param hint the last line; empty for none
    public List<Line> lines(
            Headline headline, Progress progress, List<Note> attention, String hint) {
        List<Line> lines = new ArrayList<>();
        lines.add(head(headline, progress));
        lines.add(new Line().faint("  " + title));
        lines.add(
                new Line()
                        .faint("  " + source + look.arrow(progress.status().isTwoWay()) + target));
        lines.add(new Line());
        List<Line> notes = new ArrayList<>();
        if (progress.status().conflicts() > 0) {
            notes.add(conflicts(progress.status().conflicts()));
        }
        attention.forEach(note -> notes.addAll(note.lines(look)));
        int room = look.height() - OTHER_ROWS - notes.size();
        lines.addAll(shards(progress, Math.max(2, room)));
        if (!notes.isEmpty()) {
            lines.add(new Line());
            lines.addAll(notes);
        }
        if (!hint.isEmpty()) {
            lines.add(new Line());
            lines.add(new Line().faint("  " + hint));
        }
        return lines.size() < look.height() ? lines : lines.subList(0, look.height() - 1);
    }

    private Line conflicts(long count) {
        return label(Tone.IDLE, "conflicts").add(Numbers.count(count, "key") + " made equal");
    }

    private Line head(Headline headline, Progress progress) {
        String elapsed = Numbers.seconds(progress.elapsed().toSeconds());
        Line line = new Line().symbol(headline.tone(), look);
        List<String> parts = Line.wrap(headline.text(), look.width() - 4);
        line.bold(parts.size() == 1 ? headline.text() : parts.getFirst() + look.pick("…", "..."));
        int column = look.width() - elapsed.length();
        return line.width() + 2 > column ? line : line.to(column).faint(elapsed);
    }

    private List<Line> shards(Progress progress, int room) {
        List<Line> lines = new ArrayList<>();
        List<Shard> shards = progress.status().shards();
        for (int i = 0; i < shards.size(); i++) {
            Rates rates = progress.rates().get(i);
            if (shards.size() > MAX_BLOCKS) {
                if (lines.size() == room - 1 && i < shards.size() - 1) {
                    String rest = Numbers.count(shards.size() - i, "more shard");
                    lines.add(new Line().faint("  " + look.pick("…", "...") + " and " + rest));
                    break;
                }
                lines.add(row(shards.get(i), rates));
            } else {
                if (shards.size() > 1) {
                    lines.add(
                            new Line()
                                    .add("  ")
                                    .bold(name(progress, shards.get(i)))
                                    .faint("  " + shards.get(i).source()));
                }
                lines.addAll(block(shards.get(i), rates));
            }
        }
        return lines;
    }

    private static String name(Progress progress, Shard shard) {
        return progress.status().isTwoWay()
                ? Direction.of(progress.status(), shard).code()
                : "shard " + shard.index();
    }

    private Line row(Shard shard, Rates rates) {
        Line line = new Line().add("  ").symbol(tone(shard), look);
        line.add(String.format("%3d  ", shard.index())).add(shard.source()).to(36);
        return switch (shard.phase()) {
            case STARTING -> line.add("starting");
            case SNAPSHOT -> {
                double fraction = Progress.snapshotFraction(shard);
                line.add("snapshot   ");
                line.add(fraction < 0 ? "" : Headline.percent(fraction) + look.dot());
                yield line.add(
                        Numbers.count(shard.snapshotKeys(), "key")
                                + look.dot()
                                + Numbers.bytes(rates.snapshotBytes())
                                + "/s");
            }
            case STREAMING ->
                    line.add("streaming  ")
                            .add(
                                    Headline.lag(shard.lagMillis(), shard.lagBytes())
                                            + look.dot()
                                            + Numbers.rate(rates.commands())
                                            + " writes/s");
            case ENDED -> line.add("ended");
        };
    }

    private static Tone tone(Shard shard) {
        return switch (shard.phase()) {
            case STARTING, SNAPSHOT -> Tone.WORKING;
            case STREAMING -> Tone.WELL;
            case ENDED -> Tone.IDLE;
        };
    }

    private List<Line> block(Shard shard, Rates rates) {
        List<Line> lines = new ArrayList<>();
        boolean streams = shard.phase() == Phase.STREAMING || shard.phase() == Phase.ENDED;
        if (shard.phase() == Phase.SNAPSHOT) {
            lines.add(label(Tone.WORKING, "snapshot").add(bar(shard)).add(keys(shard)));
            lines.add(new Line().to(LABEL_COLUMN).add(snapshotDetail(shard, rates)));
        } else if (streams && shard.snapshots() > 0) {
            lines.add(
                    label(Tone.WELL, "snapshot")
                            .add(
                                    "done"
                                            + look.dot()
                                            + Numbers.count(shard.snapshotKeys(), "key")
                                            + look.dot()
                                            + Numbers.bytes(shard.snapshotBytesRead())));
        } else {
            lines.add(
                    label(Tone.IDLE, "snapshot")
                            .faint(streams ? "none needed, resumed where it stood" : "not begun"));
        }
        if (streams) {
            Tone tone = shard.phase() == Phase.ENDED ? Tone.IDLE : Tone.WELL;
            lines.add(label(tone, "streaming").add(streaming(shard, rates)));
            lines.add(new Line().to(LABEL_COLUMN).faint(position(shard)));
        } else {
            lines.add(label(Tone.IDLE, "streaming").faint("follows the snapshot"));
        }
        return lines;
    }

    private Line label(Tone tone, String name) {
        return new Line().add("  ").symbol(tone, look).add(name).to(LABEL_COLUMN);
    }

    private String bar(Shard shard) {
        double fraction = Progress.snapshotFraction(shard);
        // A narrow terminal has room for the numbers only.
        if (fraction < 0 || look.width() < LABEL_COLUMN + BAR_WIDTH + 30) {
            return fraction < 0 ? "" : Headline.percent(fraction) + look.dot();
        }
        int full = (int) (fraction * BAR_WIDTH);
        return look.pick("━", "#").repeat(full)
                + look.pick("─", "-").repeat(BAR_WIDTH - full)
                + String.format("  %3s", Headline.percent(fraction))
                + look.dot();
    }

    private static String keys(Shard shard) {
        return shard.snapshotKeysTotal() <= 0
                ? Numbers.count(shard.snapshotKeys(), "key")
                : Numbers.count(shard.snapshotKeys())
                        + " of "
                        + Numbers.count(shard.snapshotKeysTotal(), "key");
    }

    private String snapshotDetail(Shard shard, Rates rates) {
        long left = Progress.secondsLeft(shard, rates);
        return Numbers.bytes(shard.snapshotBytesRead())
                + (shard.snapshotBytesTotal() > 0
                        ? " of " + Numbers.bytes(shard.snapshotBytesTotal())
                        : "")
                + look.dot()
                + Numbers.bytes(rates.snapshotBytes())
                + "/s"
                + look.dot()
                + Numbers.rate(rates.keys())
                + " keys/s"
                + (left <= 0 ? "" : look.dot() + Numbers.seconds(left) + " left");
    }

    private String streaming(Shard shard, Rates rates) {
        String time = shard.lagMillis() < 0 ? "" : Headline.lag(shard.lagMillis(), -1) + look.dot();
        String bytes =
                shard.lagBytes() < 0
                        ? ""
                        : Numbers.bytes(shard.lagBytes()) + " behind" + look.dot();
        return time
                + bytes
                + Numbers.rate(rates.commands())
                + " writes/s"
                + look.dot()
                + Numbers.bytes(rates.bytes())
                + "/s";
    }

    private String position(Shard shard) {
        String id = shard.replicationId();
        long waiting = shard.spoolMemoryBytes() + Math.max(0, shard.spoolDiskBytes());
        return "position "
                + id.substring(0, Math.min(SHOWN_ID, id.length()))
                + ":"
                + Numbers.count(shard.appliedOffset())
                + look.dot()
                + Numbers.count(shard.commands(), "write")
                + (waiting > 0 ? look.dot() + Numbers.bytes(waiting) + " waiting" : "")
                + (shard.refused() > 0 ? look.dot() + shard.refused() + " refused" : "");
    }
}
