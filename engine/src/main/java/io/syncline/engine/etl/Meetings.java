package io.syncline.engine.etl;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/// Finds out whether a renamed key may meet another one under its new name: the later write of
/// either then wins, and a deletion of either takes both. Errs on the side of a warning.
final class Meetings {
    private final List<KeyRule> rules;
    private final int index;
    private final KeyRule rule;

    /// @param index of the rule that is looked at
    Meetings(List<KeyRule> rules, int index) {
        this.rules = rules;
        this.index = index;
        this.rule = rules.get(index);
    }

    List<String> found() {
        Renaming renaming = rule.renaming();
        if (renaming == null) {
            return List.of();
        }
        List<String> found = new ArrayList<>();
        String number = "rule " + (index + 1) + " (" + rule.text() + ")";
        if (renaming.mayMingle()) {
            found.add(number + " may give two keys one name, by where its stars end");
        }
        if (!isCleared(renaming)) {
            found.add(number + " may give a key the name of another one that is kept");
        }
        for (int i = index + 1; i < rules.size(); i++) {
            Renaming other = rules.get(i).renaming();
            if (other != null && sharesDatabase(rules.get(i)) && mayMeet(renaming, other)) {
                found.add(number + " may give a key the name that rule " + (i + 1) + " gives");
            }
        }
        return found;
    }

    /// Whether every key that already has such a name is left out or renamed itself.
    private boolean isCleared(Renaming renaming) {
        for (KeyRule other : rules) {
            boolean all = other.databases().isEmpty() || other.databases().equals(rule.databases());
            if (other.action() == KeyRule.Action.KEEP) {
                if (sharesDatabase(other)
                        && areCompatible(other.pattern().head(), renaming.to()[0])) {
                    return false;
                }
            } else if (all && covers(other, renaming)) {
                return true;
            }
        }
        return false;
    }

    private static boolean covers(KeyRule other, Renaming renaming) {
        byte[] head = other.pattern().head();
        byte[][] names = renaming.to();
        if (other.pattern().isPrefix()) {
            return startsWith(names[0], head);
        }
        Renaming otherRenaming = other.renaming();
        return otherRenaming != null && Arrays.deepEquals(otherRenaming.from(), names);
    }

    private boolean sharesDatabase(KeyRule other) {
        BitSet one = rule.databases();
        BitSet two = other.databases();
        return one.isEmpty() || two.isEmpty() || one.intersects(two);
    }

    private static boolean mayMeet(Renaming one, Renaming other) {
        byte[][] names = one.to();
        byte[][] others = other.to();
        if (names.length == 1 && others.length == 1) {
            return Arrays.equals(names[0], others[0]);
        }
        return areCompatible(names[0], others[0])
                && areCompatible(reversed(names), reversed(others));
    }

    /// Whether one is how the other begins.
    private static boolean areCompatible(byte[] one, byte[] other) {
        return startsWith(one, other) || startsWith(other, one);
    }

    private static boolean startsWith(byte[] text, byte[] head) {
        return text.length >= head.length
                && Arrays.equals(text, 0, head.length, head, 0, head.length);
    }

    /// The last part, backwards.
    private static byte[] reversed(byte[][] parts) {
        byte[] last = parts[parts.length - 1];
        byte[] reversed = new byte[last.length];
        for (int i = 0; i < last.length; i++) {
            reversed[i] = last[last.length - 1 - i];
        }
        return reversed;
    }
}
