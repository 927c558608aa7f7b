package io.syncline.engine.etl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/// The rules of a task, in order: the first that a key fits decides about it.
///
/// A rule sees a key's name and its database, and nothing else: type, size and expiry of a value
/// are not known to most commands of a stream (DEL, EXPIRE, INCR name a key), and change, so that
/// what was left out yesterday would be needed today.
public final class KeyRules {
    /// Every key is kept under its name.
    public static final KeyRules NONE = new KeyRules(List.of());

    /// Each key is held against each rule until one fits.
    static final int MOST_RULES = 1_000;

    /// In [#firstBytes]: the empty key.
    public static final int EMPTY_KEY = 256;

    private final List<KeyRule> rules;
    private final boolean namesDatabases;
    private final Ruling all;
    private final Map<Integer, Ruling> byDatabase = new ConcurrentHashMap<>();

    KeyRules(List<KeyRule> rules) {
        this.rules = List.copyOf(rules);
        this.namesDatabases = rules.stream().anyMatch(rule -> !rule.databases().isEmpty());
        this.all = new Ruling(rules);
    }

    /// Whether there is none.
    public boolean isEmpty() {
        return rules.isEmpty();
    }

    /// How many there are.
    public int count() {
        return rules.size();
    }

    /// Whether some count for some databases only.
    public boolean namesDatabases() {
        return namesDatabases;
    }

    /// Whether a key may have another name at the target, and so another slot in a cluster.
    public boolean renames() {
        return rules.stream().anyMatch(rule -> rule.renaming() != null);
    }

    /// The rules that count for a database of the source.
    public Ruling in(int database) {
        return namesDatabases
                ? byDatabase.computeIfAbsent(
                        database,
                        number ->
                                new Ruling(
                                        rules.stream()
                                                .filter(rule -> rule.countsFor(number))
                                                .toList()))
                : all;
    }

    /// The first bytes, 0 to 255, of keys that some rule may change, and [#EMPTY_KEY]: one look
    /// tells of most other keys that no rule concerns them.
    public BitSet firstBytes() {
        BitSet first = new BitSet();
        for (KeyRule rule : rules) {
            byte[] head = rule.pattern().head();
            if (rule.action() == KeyRule.Action.KEEP) {
                continue;
            }
            if (head.length > 0) {
                first.set(head[0] & 0xff);
            } else {
                first.set(0, EMPTY_KEY);
            }
            if (rule.pattern().fitsEmpty()) {
                first.set(EMPTY_KEY);
            }
        }
        return first;
    }

    /// Every rule as it is written.
    public List<String> texts() {
        return rules.stream().map(KeyRule::text).toList();
    }

    /// The rules by number, from 1, of which two keys may get one name; in words.
    public List<String> meetings() {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < rules.size(); i++) {
            found.addAll(new Meetings(rules, i).found());
        }
        return found;
    }

    /// A short text that other rules do not have; empty for none.
    public String print() {
        if (rules.isEmpty()) {
            return "";
        }
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(toString().getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform must have SHA-256", e);
        }
    }

    /// One rule a line, as [RuleReader] reads them.
    @Override
    public String toString() {
        return rules.stream().map(KeyRule::text).collect(Collectors.joining("\n"));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyRules same && same.toString().equals(toString());
    }

    @Override
    public int hashCode() {
        return toString().hashCode();
    }
}
