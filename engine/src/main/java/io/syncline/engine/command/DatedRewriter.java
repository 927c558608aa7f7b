package io.syncline.engine.command;

import static io.syncline.engine.command.ExpiryRewriter.number;
import static io.syncline.engine.command.Rewriter.DROP;
import static io.syncline.engine.command.Rewriter.LEAVE;
import static io.syncline.engine.command.Rewriter.copyArguments;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;

/// Older forms, of the same effect, for commands whose newer form a target does not know.
final class DatedRewriter {
    private DatedRewriter() {}

    static int rewrite(CommandView view, String name, Dialect target, ByteBuilder out) {
        if (name.equals("HGETDEL")) {
            return target.knowsHgetdel() ? LEAVE : deleteFields(view, out);
        }
        if (target.knowsFormsOf7()) {
            return LEAVE;
        }
        return switch (name) {
            case "LPOP", "RPOP" -> target.knowsFormsOf62() ? LEAVE : pop(view, name, out);
            case "LMOVE" -> target.knowsFormsOf62() ? LEAVE : move(view, out);
            case "ZRANGESTORE" ->
                    target.knowsFormsOf62() ? LEAVE : ScriptedRewriter.storeRange(view, out);
            case "ZDIFFSTORE" ->
                    target.knowsFormsOf62() ? LEAVE : ScriptedRewriter.storeDifference(view, out);
            case "ZADD" -> target.knowsFormsOf62() ? LEAVE : ScriptedRewriter.addIf(view, out);
            case "GEOSEARCHSTORE" ->
                    target.knowsFormsOf62() ? LEAVE : ScriptedRewriter.storeNear(view, out);
            case "ZPOPMIN", "ZPOPMAX" ->
                    target.knowsFormsOf5() ? LEAVE : popScored(view, name, out);
            case "HSET" -> target.knowsFormsOf4() ? LEAVE : setFields(view, out);
            case "XGROUP" -> group(view, target, out);
            case "XSETID" -> firstArguments(view, 3, out);
            default -> LEAVE;
        };
    }

    /// `LPOP key n`, since 6.2: trims the list instead, which deletes it when nothing is left.
    private static int pop(CommandView view, String name, ByteBuilder out) {
        long count = view.argumentCount == 3 ? number(view, 2) : 0;
        if (count <= 0) {
            return LEAVE;
        }
        boolean left = name.equals("LPOP");
        RespWriter.array(out, 4);
        RespWriter.bulk(out, "LTRIM");
        copyArguments(view, 1, 2, out);
        RespWriter.bulk(out, left ? count : 0);
        RespWriter.bulk(out, left ? -1 : -1 - count);
        return 1;
    }

    /// `LMOVE a b RIGHT LEFT`, since 6.2; the other three directions are no command of their own.
    private static int move(CommandView view, ByteBuilder out) {
        if (view.argumentCount != 5) {
            return LEAVE;
        }
        if (!view.isWord(3, "RIGHT") || !view.isWord(4, "LEFT")) {
            return ScriptedRewriter.move(view, out);
        }
        RespWriter.array(out, 3);
        RespWriter.bulk(out, "RPOPLPUSH");
        copyArguments(view, 1, 3, out);
        return 1;
    }

    /// `ZPOPMIN key [n]`, since 5.0.
    private static int popScored(CommandView view, String name, ByteBuilder out) {
        long count = view.argumentCount == 2 ? 1 : number(view, 2);
        if (count <= 0) {
            return LEAVE;
        }
        boolean least = name.equals("ZPOPMIN");
        RespWriter.array(out, 4);
        RespWriter.bulk(out, "ZREMRANGEBYRANK");
        copyArguments(view, 1, 2, out);
        RespWriter.bulk(out, least ? 0 : -count);
        RespWriter.bulk(out, least ? count - 1 : -1);
        return 1;
    }

    /// Several fields, since 4.0.
    private static int setFields(CommandView view, ByteBuilder out) {
        if (view.argumentCount <= 4) {
            return LEAVE;
        }
        RespWriter.array(out, view.argumentCount);
        RespWriter.bulk(out, "HMSET");
        copyArguments(view, 1, view.argumentCount, out);
        return 1;
    }

    /// `HGETDEL key FIELDS n field ...`, which Valkey 9.1 streams as it was sent and Redis as HDEL.
    private static int deleteFields(CommandView view, ByteBuilder out) {
        if (view.argumentCount < 5) {
            return LEAVE;
        }
        RespWriter.array(out, view.argumentCount - 2);
        RespWriter.bulk(out, "HDEL");
        copyArguments(view, 1, 2, out);
        copyArguments(view, 4, view.argumentCount, out);
        return 1;
    }

    /// Consumers are made by their first entry at targets that cannot be told of them (6.2), and
    /// count nothing where that is not known.
    private static int group(CommandView view, Dialect target, ByteBuilder out) {
        return view.isWord(1, "CREATECONSUMER") && !target.knowsFormsOf62()
                ? DROP
                : withoutOption(view, "ENTRIESREAD", out);
    }

    /// Leaves out an option and its value, which follow the third argument or later.
    private static int withoutOption(CommandView view, String option, ByteBuilder out) {
        for (int i = 4; i + 1 < view.argumentCount; i++) {
            if (view.isWord(i, option)) {
                RespWriter.array(out, view.argumentCount - 2);
                copyArguments(view, 0, i, out);
                copyArguments(view, i + 2, view.argumentCount, out);
                return 1;
            }
        }
        return LEAVE;
    }

    /// `XSETID key id ENTRIESADDED n MAXDELETEDID id`, whose statistics came with 7.0.
    private static int firstArguments(CommandView view, int count, ByteBuilder out) {
        if (view.argumentCount <= count) {
            return LEAVE;
        }
        RespWriter.array(out, count);
        copyArguments(view, 0, count, out);
        return 1;
    }
}
