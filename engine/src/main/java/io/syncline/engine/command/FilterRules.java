package io.syncline.engine.command;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// What a task lets through.
///
/// @param allow names of commands or groups (`@string`); when empty, all
/// @param deny names of commands or groups; wins over `allow`
/// @param excludedPrefixes beginnings of keys that are not synchronized
public record FilterRules(Set<String> allow, Set<String> deny, List<String> excludedPrefixes) {
    /// Everything that Syncline writes for itself begins so: checkpoints, marks, temporary keys.
    public static final String OWN_PREFIX = "__syncline:";

    /// Heartbeats, ours and those of a managed service whose name for them we share.
    public static final String HEARTBEAT_PREFIX = "DTS_REDIS_TIMESTAMP_HEARTBEAT";

    /// Each is compared with every key that begins with the same letter.
    public static final int PREFIX_COUNT_LIMIT = 1000;

    public FilterRules {
        allow = check("allow", allow);
        deny = check("deny", deny);
        excludedPrefixes = List.copyOf(excludedPrefixes);
        if (excludedPrefixes.size() > PREFIX_COUNT_LIMIT) {
            throw new IllegalArgumentException(
                    excludedPrefixes.size()
                            + " key prefixes are excluded but at most "
                            + PREFIX_COUNT_LIMIT
                            + " can be");
        }
        for (String prefix : excludedPrefixes) {
            if (prefix.isEmpty()) {
                throw new IllegalArgumentException(
                        "an excluded key prefix is empty, which would exclude every key");
            }
        }
    }

    /// Lets everything through save the services' own keys.
    public static FilterRules standard() {
        return new FilterRules(Set.of(), Set.of(), List.of(OWN_PREFIX, HEARTBEAT_PREFIX));
    }

    private static Set<String> check(String what, Set<String> names) {
        Objects.requireNonNull(names, what + " is null");
        for (String name : names) {
            if (name.startsWith("@") && CommandGroup.ofLabel(name.substring(1)) == null) {
                throw new IllegalArgumentException(
                        "\"" + name + "\" in " + what + " is no group; groups are " + groups());
            }
        }
        return names.stream()
                .map(name -> name.toUpperCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String groups() {
        return Arrays.stream(CommandGroup.values())
                .map(group -> "@" + group.label())
                .collect(Collectors.joining(", "));
    }

    boolean passes(String upperCaseName, CommandGroup group) {
        String label = "@" + group.label().toUpperCase(Locale.ROOT);
        if (deny.contains(upperCaseName) || deny.contains(label)) {
            return false;
        }
        return allow.isEmpty() || allow.contains(upperCaseName) || allow.contains(label);
    }
}
