package io.syncline.engine.command;

import static io.syncline.engine.command.Rewriter.LEAVE;
import static io.syncline.engine.command.Rewriter.copyArguments;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.CommandView;
import io.syncline.engine.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;

/// Commands of Redis 6.2 that have no older form of one command, as small scripts of older ones
/// with the same effect. Each declares its keys, so that a cluster takes it where it takes the
/// command.
final class ScriptedRewriter {
    /// Before 5.0 a script that reads what no replica could read alike has to ask for its effects
    /// to be streamed.
    private static final String EFFECTS =
            "if redis.replicate_commands then redis.replicate_commands() end ";

    private static final String MOVE =
            "local v = redis.call(ARGV[1], KEYS[1]) "
                    + "if v then redis.call(ARGV[2], KEYS[2], v) end";

    private static final String COPY =
            EFFECTS
                    + "local t = redis.call('PTTL', KEYS[1]) "
                    + "if t == -2 then return end "
                    + "local v = redis.call('DUMP', KEYS[1]) "
                    + "if ARGV[1] then redis.call('SELECT', ARGV[1]) end "
                    + "redis.call('DEL', KEYS[2]) "
                    + "redis.call('RESTORE', KEYS[2], t < 0 and 0 or math.max(t, 1), v)";

    /// Its arguments are a command that reads members, with their scores unless the first is empty.
    private static final String STORE_RANGE =
            "local r = redis.call(unpack(ARGV, 2)) "
                    + "local m = r "
                    + "if ARGV[1] == '' then m = {} for i = 1, #r do "
                    + "m[2 * i - 1] = r[i] m[2 * i] = redis.call('ZSCORE', KEYS[2], r[i]) end end "
                    + "redis.call('DEL', KEYS[1]) "
                    + "for i = 1, #m, 2 do redis.call('ZADD', KEYS[1], m[i + 1], m[i]) end";

    private static final String STORE_DIFFERENCE =
            "local function has(k, m) local t = redis.call('TYPE', k).ok "
                    + "return t == 'zset' and redis.call('ZSCORE', k, m) "
                    + "or t == 'set' and redis.call('SISMEMBER', k, m) == 1 end "
                    + "local m = {} "
                    + "if redis.call('TYPE', KEYS[2]).ok == 'set' then "
                    + "for _, e in ipairs(redis.call('SMEMBERS', KEYS[2])) do "
                    + "m[#m + 1] = e m[#m + 1] = '1' end "
                    + "else m = redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES') end "
                    + "local d = {} "
                    + "for i = 1, #m, 2 do local found = false "
                    + "for k = 3, #KEYS do found = found or has(KEYS[k], m[i]) end "
                    + "if not found then d[#d + 1] = m[i] d[#d + 1] = m[i + 1] end end "
                    + "redis.call('DEL', KEYS[1]) "
                    + "for i = 1, #d, 2 do redis.call('ZADD', KEYS[1], d[i + 1], d[i]) end";

    /// Its arguments: GT or LT, XX or nothing, INCR or nothing, then scores and members.
    private static final String ADD_IF =
            "for i = 4, #ARGV, 2 do "
                    + "local s, e = ARGV[i], ARGV[i + 1] "
                    + "local old = redis.call('ZSCORE', KEYS[1], e) "
                    + "if old then "
                    + "local o, n = tonumber(old), tonumber(s) "
                    + "if ARGV[3] ~= '' then n = o + n s = string.format('%.17g', n) end "
                    + "if ARGV[1] == 'GT' and n > o or ARGV[1] == 'LT' and n < o then "
                    + "redis.call('ZADD', KEYS[1], s, e) end "
                    + "elseif ARGV[2] == '' then redis.call('ZADD', KEYS[1], s, e) end end";

    /// Its argument: the last id that goes. A thousand at a time, as Lua's stack is small.
    private static final String TRIM =
            "local n repeat "
                    + "local r = redis.call('XRANGE', KEYS[1], '-', ARGV[1], 'COUNT', 1000) "
                    + "local ids = {} n = #r "
                    + "for i = 1, n do ids[i] = r[i][1] end "
                    + "if n > 0 then redis.call('XDEL', KEYS[1], unpack(ids)) end "
                    + "until n < 1000";

    private ScriptedRewriter() {}

    private static int eval(
            ByteBuilder out, String script, CommandView view, int[] keys, List<String> words) {
        head(out, script, view, keys, words.size());
        words.forEach(word -> RespWriter.bulk(out, word));
        return 1;
    }

    private static void head(
            ByteBuilder out, String script, CommandView view, int[] keys, int arguments) {
        RespWriter.array(out, 3 + keys.length + arguments);
        RespWriter.bulk(out, "EVAL");
        RespWriter.bulk(out, script);
        RespWriter.bulk(out, keys.length);
        for (int key : keys) {
            copyArguments(view, key, key + 1, out);
        }
    }

    /// `LMOVE a b LEFT|RIGHT LEFT|RIGHT`.
    static int move(CommandView view, ByteBuilder out) {
        String pop = view.isWord(3, "LEFT") ? "LPOP" : "RPOP";
        String push = view.isWord(4, "LEFT") ? "LPUSH" : "RPUSH";
        return eval(out, MOVE, view, new int[] {1, 2}, List.of(pop, push));
    }

    /// `COPY a b [DB n] [REPLACE]`.
    ///
    /// @param database the target's, -1 for the present one
    static int copy(CommandView view, int database, ByteBuilder out) {
        List<String> words = database < 0 ? List.of() : List.of(Integer.toString(database));
        return eval(out, COPY, view, new int[] {1, 2}, words);
    }

    /// `ZRANGESTORE result key first last [BYSCORE|BYLEX] [REV] [LIMIT offset count]`.
    static int storeRange(CommandView view, ByteBuilder out) {
        boolean byScore = false;
        boolean byText = false;
        boolean reverse = false;
        int limit = 0;
        for (int i = 5; i < view.argumentCount; i++) {
            byScore |= view.isWord(i, "BYSCORE");
            byText |= view.isWord(i, "BYLEX");
            reverse |= view.isWord(i, "REV");
            if (view.isWord(i, "LIMIT")) {
                limit = i;
                i += 2;
            }
        }
        if (view.argumentCount < 5 || limit + 2 >= view.argumentCount) {
            return LEAVE;
        }
        String read =
                (reverse ? "ZREVRANGE" : "ZRANGE") + (byScore ? "BYSCORE" : byText ? "BYLEX" : "");
        int arguments = 5 + (byText ? 0 : 1) + (limit > 0 ? 3 : 0);
        head(out, STORE_RANGE, view, new int[] {1, 2}, arguments);
        RespWriter.bulk(out, byText ? "" : "scores");
        RespWriter.bulk(out, read);
        copyArguments(view, 2, 5, out);
        if (!byText) {
            RespWriter.bulk(out, "WITHSCORES");
        }
        if (limit > 0) {
            copyArguments(view, limit, limit + 3, out);
        }
        return 1;
    }

    /// `ZDIFFSTORE result count key ...`.
    static int storeDifference(CommandView view, ByteBuilder out) {
        if (view.argumentCount < 4) {
            return LEAVE;
        }
        int[] keys = new int[view.argumentCount - 2];
        keys[0] = 1;
        for (int i = 1; i < keys.length; i++) {
            keys[i] = i + 2;
        }
        return eval(out, STORE_DIFFERENCE, view, keys, List.of());
    }

    /// `ZADD key GT|LT [XX] [CH] [INCR] score member ...`.
    static int addIf(CommandView view, ByteBuilder out) {
        String which = "";
        String present = "";
        String adds = "";
        int from = 2;
        for (boolean option = true; option && from < view.argumentCount; from++) {
            if (view.isWord(from, "GT") || view.isWord(from, "LT")) {
                which = view.isWord(from, "GT") ? "GT" : "LT";
            } else if (view.isWord(from, "XX")) {
                present = "XX";
            } else if (view.isWord(from, "INCR")) {
                adds = "INCR";
            } else if (!view.isWord(from, "CH") && !view.isWord(from, "NX")) {
                option = false;
                from--;
            }
        }
        if (which.isEmpty()) {
            return LEAVE;
        }
        head(out, ADD_IF, view, new int[] {1}, 3 + view.argumentCount - from);
        List.of(which, present, adds).forEach(word -> RespWriter.bulk(out, word));
        copyArguments(view, from, view.argumentCount, out);
        return 1;
    }

    /// `GEOSEARCHSTORE result key FROMLONLAT x y|FROMMEMBER m BYRADIUS r unit [ASC|DESC] [COUNT n]
    /// [STOREDIST]`, which needs no script: but a box, and any so many, have no older form.
    static int storeNear(CommandView view, ByteBuilder out) {
        int place = 0;
        int member = 0;
        int radius = 0;
        boolean distances = false;
        List<String> rest = new ArrayList<>();
        for (int i = 3; i < view.argumentCount; i++) {
            if (view.isWord(i, "FROMLONLAT")) {
                place = i + 1;
                i += 2;
            } else if (view.isWord(i, "FROMMEMBER")) {
                member = ++i;
            } else if (view.isWord(i, "BYRADIUS")) {
                radius = i + 1;
                i += 2;
            } else if (view.isWord(i, "STOREDIST")) {
                distances = true;
            } else if (view.isWord(i, "ASC") || view.isWord(i, "DESC")) {
                rest.add(view.text(i));
            } else if (view.isWord(i, "COUNT") && i + 1 < view.argumentCount) {
                rest.add("COUNT");
                rest.add(view.text(++i));
            } else {
                return LEAVE;
            }
        }
        if ((place == 0) == (member == 0) || radius == 0 || radius + 1 >= view.argumentCount) {
            return LEAVE;
        }
        RespWriter.array(out, (place > 0 ? 8 : 7) + rest.size());
        RespWriter.bulk(out, place > 0 ? "GEORADIUS" : "GEORADIUSBYMEMBER");
        copyArguments(view, 2, 3, out);
        copyArguments(view, place + member, place + member + (place > 0 ? 2 : 1), out);
        copyArguments(view, radius, radius + 2, out);
        rest.forEach(word -> RespWriter.bulk(out, word));
        RespWriter.bulk(out, distances ? "STOREDIST" : "STORE");
        copyArguments(view, 1, 2, out);
        return 1;
    }

    /// What `MINID id` takes away: everything before an id.
    ///
    /// @param at the argument that is the id
    /// @return how many commands were appended; [Rewriter#LEAVE] when it is no id
    static int trimBefore(CommandView view, int at, ByteBuilder out) {
        String[] id = view.text(at).split("-", -1);
        try {
            long millis = Long.parseUnsignedLong(id[0]);
            long sequence = id.length > 1 ? Long.parseUnsignedLong(id[1]) : 0;
            boolean first = sequence == 0;
            String last =
                    Long.toUnsignedString(first ? millis - 1 : millis)
                            + "-"
                            + Long.toUnsignedString(sequence - 1);
            String before = first && millis == 0 ? "0-0" : last;
            return eval(out, TRIM, view, new int[] {1}, List.of(before));
        } catch (NumberFormatException e) {
            // The target shall say what is wrong with it.
            return LEAVE;
        }
    }
}
