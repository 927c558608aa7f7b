package io.syncline.engine.command;

import static io.syncline.engine.command.ExpiryRewriter.number;
import static io.syncline.engine.command.Rewriter.LEAVE;
import static io.syncline.engine.command.Rewriter.copyArguments;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;

/// Makes expiries of hash fields absolute and extends them (t_hash.c of Redis 7.4 and 8, Valkey 9).
final class FieldExpiryRewriter {
    /// The latest moment that Redis takes for a field: 46 bits of milliseconds, the year 4199
    /// (`HFE_MAX_ABS_TIME_MSEC`).
    private static final long FIELD_MOMENT_LIMIT = 0x3FFF_FFFF_FFFFL;

    private final Dialect target;
    private final long extensionMillis;
    private final boolean traced;

    FieldExpiryRewriter(RewriteRules rules) {
        target = rules.target();
        extensionMillis = rules.extendExpiryMillis();
        traced = rules.tracedExpiry();
    }

    int rewrite(CommandView view, String name, long arrivalMillis, ByteBuilder out) {
        return switch (name) {
            case "HEXPIRE" -> expire(view, ExpiryUnit.EX, arrivalMillis, out);
            case "HPEXPIRE" -> expire(view, ExpiryUnit.PX, arrivalMillis, out);
            case "HEXPIREAT" -> expire(view, ExpiryUnit.EXAT, arrivalMillis, out);
            case "HPEXPIREAT" -> expire(view, ExpiryUnit.PXAT, arrivalMillis, out);
            case "HSETEX" -> hsetex(view, arrivalMillis, out);
            case "HGETEX" -> hgetex(view, arrivalMillis, out);
            default -> LEAVE;
        };
    }

    private long moment(ExpiryUnit unit, long value, long arrivalMillis) {
        return Math.min(unit.moment(value, arrivalMillis, extensionMillis), FIELD_MOMENT_LIMIT);
    }

    /// `HEXPIRE key seconds [NX|XX|GT|LT] FIELDS n field ...`. The condition stays: Valkey streams
    /// it together with fields that it did not hold for.
    private int expire(CommandView view, ExpiryUnit unit, long arrivalMillis, ByteBuilder out) {
        long value = number(view, 2);
        if (value == Decimal.NONE || (!unit.isRelative() && extensionMillis == 0)) {
            return LEAVE;
        }
        writeExpire(view, moment(unit, value, arrivalMillis), 3, out);
        return 1;
    }

    /// Writes `HPEXPIREAT key moment` and the arguments from `rest` on.
    private static void writeExpire(CommandView view, long moment, int rest, ByteBuilder out) {
        RespWriter.array(out, 3 + view.argumentCount - rest);
        RespWriter.bulk(out, "HPEXPIREAT");
        copyArguments(view, 1, 2, out);
        RespWriter.bulk(out, moment);
        copyArguments(view, rest, view.argumentCount, out);
    }

    private static int fields(CommandView view) {
        for (int i = 2; i + 2 < view.argumentCount; i++) {
            if (view.isWord(i, "FIELDS")) {
                return i;
            }
        }
        return -1;
    }

    /// `HGETEX key [EX s|...|PERSIST] FIELDS n field ...`: servers stream what it did.
    private int hgetex(CommandView view, long arrivalMillis, ByteBuilder out) {
        int fields = fields(view);
        if (fields == 3 && view.isWord(2, "PERSIST")) {
            RespWriter.array(out, view.argumentCount - 1);
            RespWriter.bulk(out, "HPERSIST");
            copyArguments(view, 1, 2, out);
            copyArguments(view, fields, view.argumentCount, out);
            return 1;
        }
        if (fields != 4) {
            return LEAVE;
        }
        ExpiryUnit unit = ExpiryUnit.at(view, 2);
        long value = number(view, 3);
        if (unit == ExpiryUnit.NONE || value == Decimal.NONE) {
            return LEAVE;
        }
        writeExpire(view, moment(unit, value, arrivalMillis), fields, out);
        return 1;
    }

    /// `HSETEX key [FNX|FXX] [EX s|...|KEEPTTL] FIELDS n field value ...`.
    private int hsetex(CommandView view, long arrivalMillis, ByteBuilder out) {
        int fields = fields(view);
        if (fields < 0) {
            return LEAVE;
        }
        ExpiryUnit unit = ExpiryUnit.NONE;
        long value = 0;
        boolean keep = false;
        for (int i = 2; i < fields; i++) {
            ExpiryUnit option = ExpiryUnit.at(view, i);
            if (option != ExpiryUnit.NONE) {
                unit = option;
                value = number(view, ++i);
            } else if (view.isWord(i, "KEEPTTL")) {
                keep = true;
            }
        }
        if (value == Decimal.NONE) {
            return LEAVE;
        }
        boolean expires = unit != ExpiryUnit.NONE;
        if (!target.knowsHsetex() || (traced && expires)) {
            return olderHsetex(view, fields, unit, moment(unit, value, arrivalMillis), keep, out);
        }
        if (!expires || (!unit.isRelative() && extensionMillis == 0)) {
            return LEAVE;
        }
        RespWriter.array(out, 4 + view.argumentCount - fields);
        copyArguments(view, 0, 2, out);
        RespWriter.bulk(out, "PXAT");
        RespWriter.bulk(out, moment(unit, value, arrivalMillis));
        copyArguments(view, fields, view.argumentCount, out);
        return 1;
    }

    /// For targets without the command, and where an expiry must be traced: HPEXPIREAT answers
    /// whether it was past. Where fields cannot expire at all, KEEPTTL says nothing (Redis 8
    /// streams every HINCRBYFLOAT so), but an expiry must not be lost silently.
    private int olderHsetex(
            CommandView view,
            int fields,
            ExpiryUnit unit,
            long moment,
            boolean keep,
            ByteBuilder out) {
        boolean expires = unit != ExpiryUnit.NONE;
        if (target.knowsFieldExpiry() ? keep : expires) {
            return LEAVE;
        }
        int first = fields + 2;
        int pairs = (view.argumentCount - first) / 2;
        RespWriter.array(out, 2 + pairs * 2);
        RespWriter.bulk(out, pairs == 1 || target.knowsFormsOf4() ? "HSET" : "HMSET");
        copyArguments(view, 1, 2, out);
        copyArguments(view, first, first + pairs * 2, out);
        if (!expires) {
            return 1;
        }
        RespWriter.array(out, 5 + pairs);
        RespWriter.bulk(out, "HPEXPIREAT");
        copyArguments(view, 1, 2, out);
        RespWriter.bulk(out, moment);
        RespWriter.bulk(out, "FIELDS");
        RespWriter.bulk(out, pairs);
        for (int i = 0; i < pairs; i++) {
            copyArguments(view, first + i * 2, first + i * 2 + 1, out);
        }
        return 2;
    }
}
