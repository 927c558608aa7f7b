package io.syncline.engine.precheck;

import io.syncline.engine.resp.Reply;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// The rules of an account as ACL GETUSER of Redis 6.0 and 6.2 tells them; later versions answer
/// ACL DRYRUN, which is better.
///
/// @param commands rules such as `-@all +@write -flushall`; the last that fits decides
/// @param keys patterns of keys
record AclRules(List<String> commands, List<String> keys) {
    AclRules {
        commands = List.copyOf(commands);
        keys = List.copyOf(keys);
    }

    static AclRules of(Reply user) {
        Map<String, Reply> fields = Replies.pairs(user);
        Reply commands = fields.getOrDefault("commands", new Reply.Nil());
        Reply keys = fields.getOrDefault("keys", new Reply.Nil());
        return new AclRules(List.of(Replies.text(commands).split(" ", -1)), Replies.texts(keys));
    }

    /// Whether a command may run.
    ///
    /// @param name in any letter case
    /// @param categories those of the command, without `@`
    boolean allows(String name, Set<String> categories) {
        boolean allowed = false;
        String lower = name.toLowerCase(Locale.ROOT);
        for (String rule : commands) {
            if (rule.length() < 2) {
                continue;
            }
            String what = rule.substring(1);
            boolean fits =
                    what.equals("@all")
                            || what.equals(lower)
                            || (what.startsWith("@") && categories.contains(what.substring(1)));
            if (fits) {
                allowed = rule.charAt(0) == '+';
            }
        }
        return allowed;
    }

    boolean allowsKey(String key) {
        return keys.stream().anyMatch(pattern -> glob(pattern).matcher(key).matches());
    }

    /// The patterns of keys as a regular expression: `*`, `?` and `[...]` (util.c
    /// `stringmatchlen`).
    private static Pattern glob(String pattern) {
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char character = pattern.charAt(i);
            int close = character == '[' ? pattern.indexOf(']', i + 1) : -1;
            if (character == '*') {
                regex.append(".*");
            } else if (character == '?') {
                regex.append('.');
            } else if (close > i + 1) {
                regex.append(pattern, i, close + 1);
                i = close;
            } else {
                int at = character == '\\' && i + 1 < pattern.length() ? ++i : i;
                regex.append(Pattern.quote(pattern.substring(at, at + 1)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
