package io.syncline.engine.pair;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.bytes.ByteSlice;
import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.command.CommandFilter;
import io.syncline.engine.command.CommandSpec;
import io.syncline.engine.command.CommandTable;
import io.syncline.engine.command.DatabaseMap;
import io.syncline.engine.command.FilterRules;
import io.syncline.engine.command.KeyVerdict;
import io.syncline.engine.command.PayloadAdapter;
import io.syncline.engine.command.RewriteRules;
import io.syncline.engine.command.Rewriter;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.rdb.PayloadConverter;
import io.syncline.engine.rdb.RdbFormatException;
import io.syncline.engine.rdb.TargetFormat;
import io.syncline.engine.rdb.UnsupportedValueException;
import io.syncline.engine.resp.CommandParser;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import io.syncline.engine.twoway.Intake;
import io.syncline.engine.twoway.KeyRecord;
import io.syncline.engine.twoway.RequestEncoder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// What is written at one site of what comes from the other: filtered, and in the forms that its
/// version knows.
final class Outgoing implements Intake.Wire, RequestEncoder.Restorer {
    /// Searches for places: Redis 6.0 misses some near the poles.
    private static final Set<String> SEARCHES =
            Set.of("GEORADIUS", "GEORADIUSBYMEMBER", "GEOSEARCHSTORE");

    /// Valkey has hash fields that expire from here on.
    private static final int VALKEY_FIELDS_SINCE = 9;

    private final CommandFilter filter;
    private final Rewriter rewriter;
    private final String place;
    private final boolean alike;
    private final boolean leavesOut;
    private final ByteBuilder scratch = new ByteBuilder(1 << 10);
    private final CommandParser parser = new CommandParser();
    private final CommandView view = new CommandView();

    /// Why the last value cannot be held where it is to be written; empty when it can.
    private String unsuitable = "";

    /// @param from where it was written
    /// @param to where it is to be written
    Outgoing(LinkOptions options, End from, ServerInfo fromInfo, End to, ServerInfo toInfo) {
        alike =
                fromInfo.isValkey() == toInfo.isValkey()
                        && fromInfo.major() == toInfo.major()
                        && fromInfo.minor() == toInfo.minor();
        leavesOut = fromInfo.isValkey() && fromInfo.major() >= VALKEY_FIELDS_SINCE;
        filter =
                new CommandFilter(
                        new FilterRules(
                                new HashSet<>(options.commands().allow()),
                                new HashSet<>(options.commands().deny()),
                                FilterRules.standard().excludedPrefixes()),
                        CommandTable.standard());
        TargetFormat format = TargetFormat.of(toInfo.isValkey(), toInfo.major(), toInfo.minor());
        rewriter =
                new Rewriter(
                        new RewriteRules(
                                End.dialect(fromInfo),
                                End.dialect(toInfo),
                                0,
                                databases(from, to),
                                adapter(new PayloadConverter(format)),
                                true));
        place = to.instance().endpoint().addresses().getFirst().toString();
    }

    private PayloadAdapter adapter(PayloadConverter converter) {
        return (buffer, offset, length, out) -> {
            try {
                return converter.convert(new ByteSlice().set(buffer, offset, length), out);
            } catch (UnsupportedValueException e) {
                unsuitable = Failure.words(e);
            } catch (RdbFormatException e) {
                // The site refuses it and says why.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return false;
        };
    }

    /// COPY on Valkey leaves out fields that have expired, without a word (seen with 9.1.2): the
    /// other side may have them without an expiry, from a write that kept it and came too late.
    @Override
    public boolean isResultCopied(CommandSpec spec) {
        return (leavesOut && spec.name().equals("COPY"))
                || (!alike && SEARCHES.contains(spec.name()));
    }

    private static DatabaseMap databases(End from, End to) {
        if (from.isIdentity()) {
            return DatabaseMap.identity();
        }
        Map<Integer, Integer> map = new HashMap<>();
        for (int own : from.databases()) {
            map.put(own, to.fromPair(from.toPair(own)));
        }
        return DatabaseMap.of(map);
    }

    @Override
    public int write(
            CommandView command,
            CommandSpec spec,
            int database,
            long arrivedMillis,
            ByteBuilder out) {
        if (!filter.passes(command, spec) || filter.verdict(command, spec) != KeyVerdict.PASS) {
            return 0;
        }
        return rewritten(command, spec, arrivedMillis, out);
    }

    private int rewritten(
            CommandView command, CommandSpec spec, long arrivedMillis, ByteBuilder out) {
        if (rewriter.concerns(command, spec)) {
            int count = rewriter.rewrite(command, spec, arrivedMillis, out);
            if (count != Rewriter.LEAVE) {
                return Math.max(0, count);
            }
        }
        command.copyTo(out);
        return 1;
    }

    /// What the site cannot hold is not tried there: the marker of the transaction would say that
    /// it has been copied, and the next start would go on behind it.
    @Override
    public int restore(KeyRecord record, ByteBuilder out) {
        byte[] payload = record.payload();
        if (payload == null) {
            return 0;
        }
        scratch.clear();
        RespWriter.array(scratch, 4);
        RespWriter.bulk(scratch, "RESTORE");
        RespWriter.bulk(scratch, record.key().name());
        RespWriter.bulk(scratch, "0");
        RespWriter.bulk(scratch, payload);
        parser.parse(scratch.array, 0, scratch.length, view);
        unsuitable = "";
        int count = rewritten(view, CommandTable.standard().find(view), 0, out);
        if (!unsuitable.isEmpty()) {
            throw Refusals.unrestorable(ErrorCode.VALUE_REFUSED, place, record.key(), unsuitable);
        }
        return count;
    }
}
