package io.syncline.engine.command;

import static io.syncline.engine.command.Rewriter.LEAVE;
import static io.syncline.engine.command.Rewriter.copyArguments;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;

/// Makes expiries of keys absolute and extends them. What a server streams for each command, by
/// version: replication of `SET`, `EXPIRE` and others in t_string.c and expire.c.
final class ExpiryRewriter {
    /// Keeps the expiry of a key that `SET` overwrites, where KEEPTTL is not known. Servers before
    /// 5.0 want to be told that effects, not the text, are to be replicated, since PTTL reads a
    /// clock.
    private static final String SET_KEEPING_EXPIRY =
            "if redis.replicate_commands then redis.replicate_commands() end "
                    + "local t=redis.call('PTTL',KEYS[1]) "
                    + "redis.call('SET',KEYS[1],ARGV[1]) "
                    + "if t>0 then redis.call('PEXPIRE',KEYS[1],t) end";

    private final Dialect target;
    private final long extensionMillis;
    private final FieldExpiryRewriter fields;
    private final ExpiryHold hold;

    /// Whether SET is sent with its expiry inside.
    private final boolean setsExpiry;

    ExpiryRewriter(RewriteRules rules, ExpiryHold hold) {
        this.hold = hold;
        target = rules.target();
        extensionMillis = rules.extendExpiryMillis();
        fields = new FieldExpiryRewriter(rules);
        boolean dropped = rules.tracedExpiry() && target.dropsPastSets();
        setsExpiry = target.knowsFormsOf62() && !dropped;
    }

    int expiry(CommandView view, String name, long arrivalMillis, ByteBuilder out) {
        return switch (name) {
            case "EXPIRE" -> expire(view, ExpiryUnit.EX, arrivalMillis, out);
            case "PEXPIRE" -> expire(view, ExpiryUnit.PX, arrivalMillis, out);
            case "EXPIREAT" -> expire(view, ExpiryUnit.EXAT, arrivalMillis, out);
            case "PEXPIREAT" -> expire(view, ExpiryUnit.PXAT, arrivalMillis, out);
            case "SETEX" -> setex(view, ExpiryUnit.EX, arrivalMillis, out);
            case "PSETEX" -> setex(view, ExpiryUnit.PX, arrivalMillis, out);
            case "GETEX" -> getex(view, arrivalMillis, out);
            case "MSETEX" -> msetex(view, arrivalMillis, out);
            case "INCREX" -> increx(view, arrivalMillis, out);
            default -> fields.rewrite(view, name, arrivalMillis, out);
        };
    }

    /// `SET key value` with options.
    int set(CommandView view, long arrivalMillis, ByteBuilder out) {
        ExpiryUnit unit = ExpiryUnit.NONE;
        int valueIndex = 0;
        boolean keep = false;
        boolean compared = false;
        for (int i = 3; i < view.argumentCount; i++) {
            ExpiryUnit option = ExpiryUnit.at(view, i);
            if (option != ExpiryUnit.NONE) {
                unit = option;
                valueIndex = ++i;
            } else if (view.isWord(i, "KEEPTTL")) {
                keep = true;
            } else if (isComparison(view, i)) {
                compared = true;
                i++;
            } else if (!isCondition(view, i)) {
                // Not understood, so not touched.
                return LEAVE;
            }
        }
        if (unit != ExpiryUnit.NONE) {
            long value = number(view, valueIndex);
            if (value == Decimal.NONE) {
                return LEAVE;
            }
            long moment = unit.moment(value, arrivalMillis, extensionMillis);
            long sent = hold.sent(view, 1, moment);
            boolean timely = !unit.isRelative() && extensionMillis == 0 && sent == moment;
            if (timely && !compared && setsExpiry) {
                return LEAVE;
            }
            return writeSet(view, 1, 2, sent, out);
        }
        if (keep && !target.knowsKeepTtl()) {
            writeSetKeeping(view, out);
            return 1;
        }
        if (!compared) {
            return LEAVE;
        }
        RespWriter.array(out, keep ? 4 : 3);
        copyArguments(view, 0, 3, out);
        if (keep) {
            RespWriter.bulk(out, "KEEPTTL");
        }
        return 1;
    }

    private static boolean isCondition(CommandView view, int index) {
        return view.isWord(index, "NX") || view.isWord(index, "XX") || view.isWord(index, "GET");
    }

    /// Conditions of Redis 8.4 and Valkey 8.1 that name a value.
    private static boolean isComparison(CommandView view, int index) {
        return view.isWord(index, "IFEQ")
                || view.isWord(index, "IFNE")
                || view.isWord(index, "IFDEQ")
                || view.isWord(index, "IFDNE");
    }

    /// Writes `SET key value PXAT moment`.
    private int writeSet(
            CommandView view, int keyIndex, int valueIndex, long moment, ByteBuilder out) {
        RespWriter.array(out, setsExpiry ? 5 : 3);
        RespWriter.bulk(out, "SET");
        copyArguments(view, keyIndex, keyIndex + 1, out);
        copyArguments(view, valueIndex, valueIndex + 1, out);
        if (setsExpiry) {
            RespWriter.bulk(out, "PXAT");
            RespWriter.bulk(out, moment);
            return 1;
        }
        writeExpire(view, keyIndex, moment, out);
        return 2;
    }

    static void writeExpire(CommandView view, int keyIndex, long moment, ByteBuilder out) {
        RespWriter.array(out, 3);
        RespWriter.bulk(out, "PEXPIREAT");
        copyArguments(view, keyIndex, keyIndex + 1, out);
        RespWriter.bulk(out, moment);
    }

    private static void writeSetKeeping(CommandView view, ByteBuilder out) {
        RespWriter.array(out, 5);
        RespWriter.bulk(out, "EVAL");
        RespWriter.bulk(out, SET_KEEPING_EXPIRY);
        RespWriter.bulk(out, "1");
        copyArguments(view, 1, 3, out);
    }

    private int expire(CommandView view, ExpiryUnit unit, long arrivalMillis, ByteBuilder out) {
        if (view.argumentCount < 3) {
            return LEAVE;
        }
        long value = number(view, 2);
        if (value == Decimal.NONE) {
            return LEAVE;
        }
        long moment = unit.moment(value, arrivalMillis, extensionMillis);
        long sent = hold.sent(view, 1, moment);
        boolean timely = !unit.isRelative() && extensionMillis == 0 && sent == moment;
        // A condition held at the source; against an expiry that is held here it might not.
        boolean plain = view.argumentCount == 3 || (target.knowsFormsOf7() && !hold.isActive());
        if (timely && plain) {
            return LEAVE;
        }
        writeExpire(view, 1, sent, out);
        return 1;
    }

    private int setex(CommandView view, ExpiryUnit unit, long arrivalMillis, ByteBuilder out) {
        if (view.argumentCount != 4) {
            return LEAVE;
        }
        long value = number(view, 2);
        if (value == Decimal.NONE) {
            return LEAVE;
        }
        long moment = unit.moment(value, arrivalMillis, extensionMillis);
        return writeSet(view, 1, 3, hold.sent(view, 1, moment), out);
    }

    /// Servers stream what it did; some proxies stream the command.
    private int getex(CommandView view, long arrivalMillis, ByteBuilder out) {
        if (view.argumentCount == 3 && view.isWord(2, "PERSIST")) {
            RespWriter.array(out, 2);
            RespWriter.bulk(out, "PERSIST");
            copyArguments(view, 1, 2, out);
            return 1;
        }
        if (view.argumentCount != 4) {
            return LEAVE;
        }
        ExpiryUnit unit = ExpiryUnit.at(view, 2);
        long value = number(view, 3);
        if (unit == ExpiryUnit.NONE || value == Decimal.NONE) {
            return LEAVE;
        }
        long moment = unit.moment(value, arrivalMillis, extensionMillis);
        writeExpire(view, 1, hold.sent(view, 1, moment), out);
        return 1;
    }

    /// `MSETEX n key value ... [NX|XX] [EX s|...|KEEPTTL]`.
    private int msetex(CommandView view, long arrivalMillis, ByteBuilder out) {
        long pairs = view.argumentCount < 4 ? Decimal.NONE : number(view, 1);
        if (pairs < 1 || pairs > (view.argumentCount - 2) / 2) {
            return LEAVE;
        }
        int options = 2 + (int) pairs * 2;
        ExpiryUnit unit = ExpiryUnit.NONE;
        long value = 0;
        boolean keep = false;
        for (int i = options; i < view.argumentCount; i++) {
            ExpiryUnit option = ExpiryUnit.at(view, i);
            if (option != ExpiryUnit.NONE && i + 1 < view.argumentCount) {
                unit = option;
                value = number(view, ++i);
            } else if (view.isWord(i, "KEEPTTL")) {
                keep = true;
            } else if (!isCondition(view, i)) {
                return LEAVE;
            }
        }
        if (value == Decimal.NONE) {
            return LEAVE;
        }
        boolean together = setsExpiry && !hold.isActive();
        boolean knows = target.knowsMsetex() && (together || unit == ExpiryUnit.NONE);
        if (knows && (unit == ExpiryUnit.NONE || (!unit.isRelative() && extensionMillis == 0))) {
            return LEAVE;
        }
        if (unit == ExpiryUnit.NONE) {
            return keep ? setsKeeping(view, options, out) : mset(view, options, out);
        }
        long moment = unit.moment(value, arrivalMillis, extensionMillis);
        if (knows) {
            RespWriter.array(out, options + 2);
            copyArguments(view, 0, options, out);
            RespWriter.bulk(out, "PXAT");
            RespWriter.bulk(out, moment);
            return 1;
        }
        int written = 0;
        for (int i = 2; i < options; i += 2) {
            written += writeSet(view, i, i + 1, hold.sent(view, i, moment), out);
        }
        return written;
    }

    private static int mset(CommandView view, int options, ByteBuilder out) {
        RespWriter.array(out, options - 1);
        RespWriter.bulk(out, "MSET");
        copyArguments(view, 2, options, out);
        return 1;
    }

    private int setsKeeping(CommandView view, int options, ByteBuilder out) {
        if (!target.knowsKeepTtl()) {
            return LEAVE;
        }
        for (int i = 2; i < options; i += 2) {
            RespWriter.array(out, 4);
            RespWriter.bulk(out, "SET");
            copyArguments(view, i, i + 2, out);
            RespWriter.bulk(out, "KEEPTTL");
        }
        return options / 2 - 1;
    }

    /// `INCREX key [BYINT n] ... [EX s|...]`: all its values are numbers, so that a word is an
    /// option wherever it stands.
    private int increx(CommandView view, long arrivalMillis, ByteBuilder out) {
        for (int i = 2; i + 1 < view.argumentCount; i++) {
            ExpiryUnit unit = ExpiryUnit.at(view, i);
            if (unit != ExpiryUnit.NONE) {
                long value = number(view, i + 1);
                if (value == Decimal.NONE) {
                    return LEAVE;
                }
                long moment = unit.moment(value, arrivalMillis, extensionMillis);
                long sent = hold.sent(view, 1, moment);
                if (!unit.isRelative() && extensionMillis == 0 && sent == moment) {
                    return LEAVE;
                }
                RespWriter.array(out, view.argumentCount);
                copyArguments(view, 0, i, out);
                RespWriter.bulk(out, "PXAT");
                RespWriter.bulk(out, sent);
                copyArguments(view, i + 2, view.argumentCount, out);
                return 1;
            }
        }
        return LEAVE;
    }

    static long number(CommandView view, int index) {
        if (index >= view.argumentCount) {
            return Decimal.NONE;
        }
        return Decimal.parse(view.buffer, view.offsets[index], view.lengths[index]);
    }
}
