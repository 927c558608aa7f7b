package io.syncline.engine.command;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.ReplyParser;
import io.syncline.engine.resp.RespWriter;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;

/// Measures what a command costs on its way through this package: run `main` and read. Not a
/// benchmark with error bars; it says whether a change doubled the cost. Counts this thread's time
/// on a processor, so that a busy machine disturbs it less.
final class CommandCost {
    private static final int COMMAND_COUNT = 20_000;
    private static final int ROUND_COUNT = 400;
    private static final int BATCH_COUNT = 256;

    private final CommandParser parser = new CommandParser();
    private final CommandView view = new CommandView();
    private final CommandTable table = CommandTable.standard();
    private final CommandFilter filter = new CommandFilter(FilterRules.standard(), table);
    private final Rewriter rewriter =
            new Rewriter(
                    new RewriteRules(
                            Dialect.redis(7, 2),
                            Dialect.redis(7, 2),
                            0,
                            DatabaseMap.identity(),
                            null));
    private final ByteBuilder out = new ByteBuilder(1 << 20);

    public static void main(String[] arguments) {
        CommandCost cost = new CommandCost();
        byte[] sets = stream(false);
        byte[] mixed = stream(true);
        for (int repeat = 0; repeat < 5; repeat++) {
            cost.report("SET, 16-byte values", sets);
            cost.report("twelve commands, 16-byte values", mixed);
        }
        cost.replies();
    }

    private void report(String name, byte[] stream) {
        double[] nanos = new double[5];
        for (int stage = 0; stage < nanos.length; stage++) {
            long start = cpuNanos();
            for (int round = 0; round < ROUND_COUNT; round++) {
                run(stream, stage);
            }
            nanos[stage] = (cpuNanos() - start) / ((double) COMMAND_COUNT * ROUND_COUNT);
        }
        System.out.printf(
                "%-32s ns per command: parse %.1f, + lookup %.1f, + filter and rewrite check %.1f,"
                        + " + copy %.1f, + copy merged %.1f%n",
                name, nanos[0], nanos[1], nanos[2], nanos[3], nanos[4]);
    }

    private void run(byte[] stream, int stage) {
        Merger merger =
                new Merger(
                        out, stage == 4 ? Merger.Rules.of(Dialect.redis(7, 2)) : Merger.Rules.NONE);
        int inBatch = 0;
        int at = 0;
        long seen = 0;
        while (at < stream.length) {
            if (!parser.parse(stream, at, stream.length, view)) {
                throw new AssertionError("the stream ends in a command");
            }
            at = view.end;
            if (stage >= 1) {
                CommandSpec spec = table.find(view);
                seen += spec.index();
                if (stage >= 2
                        && (!filter.passes(view, spec)
                                || filter.verdict(view, spec) != KeyVerdict.PASS
                                || rewriter.concerns(view, spec))) {
                    seen++;
                }
                if (stage >= 3) {
                    merger.append(view, spec);
                }
            }
            if (++inBatch == BATCH_COUNT) {
                inBatch = 0;
                merger.close();
                out.clear();
            }
        }
        if (seen < 0) {
            throw new AssertionError("the sum keeps the compiler from removing the work");
        }
    }

    private void replies() {
        ByteBuilder replies = new ByteBuilder(1 << 16);
        replies.putAscii("+OK\r\n");
        for (int i = 0; i < BATCH_COUNT; i++) {
            replies.putAscii("+QUEUED\r\n");
        }
        RespWriter.array(replies, BATCH_COUNT);
        for (int i = 0; i < BATCH_COUNT; i++) {
            replies.putAscii(i % 2 == 0 ? "+OK\r\n" : ":1\r\n");
        }
        ReplyParser walker = new ReplyParser();
        for (int repeat = 0; repeat < 2; repeat++) {
            long start = cpuNanos();
            int rounds = 40_000;
            for (int round = 0; round < rounds; round++) {
                int at = walker.skip(replies.array, 0, replies.length);
                at +=
                        ReplyParser.QUEUED_LENGTH
                                * ReplyParser.countQueued(
                                        replies.array, at, replies.length, BATCH_COUNT);
                if (walker.skip(replies.array, at, replies.length) != replies.length) {
                    throw new AssertionError("the replies are not whole");
                }
            }
            System.out.printf(
                    "replies of a transaction: %.1f ns per command%n",
                    (cpuNanos() - start) / ((double) rounds * BATCH_COUNT));
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static byte[] stream(boolean mixed) {
        String[] names = {
            "SET",
            "set",
            "HSET",
            "SADD",
            "RPUSH",
            "INCR",
            "ZADD",
            "DEL",
            "PEXPIREAT",
            "LPOP",
            "APPEND",
            "XADD"
        };
        SplittableRandom random = new SplittableRandom(1);
        ByteBuilder stream = new ByteBuilder(1 << 20);
        for (int i = 0; i < COMMAND_COUNT; i++) {
            String key = "key:" + random.nextInt(100_000);
            String value = "value:" + (1_000_000_000 + random.nextInt(1_000_000_000));
            String name = mixed ? names[random.nextInt(names.length)] : "SET";
            switch (name) {
                case "INCR", "DEL", "LPOP" -> RespWriter.command(stream, name, key);
                case "HSET" -> RespWriter.command(stream, name, key, "field", value);
                case "ZADD", "PEXPIREAT" -> RespWriter.command(stream, name, key, "1700000000000");
                case "XADD" -> RespWriter.command(stream, name, key, "1-1", "field", value);
                default -> RespWriter.command(stream, name, key, value);
            }
        }
        return stream.toBytes();
    }
}
