package io.syncline.server.task;

import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkOptions;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Task.Topology;
import io.syncline.server.settings.LinkOptionsReader;
import io.syncline.server.settings.PairChoicesReader;
import io.syncline.server.settings.RuleList;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import io.syncline.server.view.Direction;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A task's settings: those of the configuration file that are not an endpoint or a path of this
/// machine, and some that only the service has.
public final class TaskSettings {
    /// Throughput ceiling by name, see [InstanceClass].
    public static final String CLASS = "instance-class";

    /// How long a fault that is no lost connection is tried again, in minutes.
    public static final String RETRY_OTHER = "retry-other-minutes";

    /// Ceilings of the directions of a two-way task.
    private static final List<String> CEILINGS =
            Arrays.stream(Direction.values())
                    .flatMap(each -> Stream.of(maxRps(each), maxMbps(each)))
                    .toList();

    static final List<String> SERVICE_ONLY =
            Stream.concat(Stream.of(CLASS, RETRY_OTHER), CEILINGS.stream()).toList();

    private static final Set<Setting> NOT_HERE =
            EnumSet.of(
                    Setting.SOURCE,
                    Setting.TARGET,
                    Setting.SOURCE_PASSWORD_FILE,
                    Setting.TARGET_PASSWORD_FILE,
                    Setting.TASK,
                    Setting.SPOOL_DIR,
                    Setting.JSON);

    /// Of a mode that a two-way task does not have.
    private static final Set<Setting> SCANS =
            EnumSet.of(Setting.SCAN_INTERVAL, Setting.SCAN_SET_NOTIFICATIONS);

    /// The wizard keeps what was entered in the address, and a server reads no longer one.
    private static final int MOST_RULE_LETTERS = 4_000;

    /// Shorter, and a restart of a server becomes a failed task.
    private static final int MIN_RETRY_MINUTES = 10;

    private static final int MAX_RETRY_MINUTES = 1_440;
    private static final int USUAL_RETRY_OTHER = 10;

    /// The most digits a number of minutes has.
    private static final String MINUTES = "[0-9]{1,4}";

    private TaskSettings() {}

    /// The settings that a task may have, in the order of the configuration file.
    public static Set<Setting> known(Topology topology) {
        Set<Setting> known = EnumSet.complementOf(EnumSet.copyOf(NOT_HERE));
        known.removeIf(setting ->
                setting.section() == Setting.Section.VERIFY
                        || setting.section() == Setting.Section.TWO_WAY);
        if (topology == Topology.TWO_WAY) {
            known.add(Setting.CONFLICT_GUARD);
            PairChoicesReader.ONLY_ONE_WAY.forEach(known::remove);
            known.removeAll(SCANS);
        }
        return known;
    }

    /// Checks every value, as the command line does, with the service's own rules on top.
    ///
    /// @return the settings without those that are as usual
    public static Map<String, String> checked(Topology topology, Map<String, String> given) {
        Map<String, String> kept = new TreeMap<>();
        given.forEach((key, text) -> {
            String value = text.replace("\r", "").strip();
            if (!value.equals(usual(topology, key)) && !value.isEmpty()) {
                kept.put(key, value);
            }
        });
        requireRules(kept.getOrDefault(Setting.ETL.key(), ""));
        // Before what the command line checks, whose limits and words are others.
        requireFlags(kept);
        requireClass(topology, kept.getOrDefault(CLASS, InstanceClass.UNLIMITED.code()));
        requireRetries(kept);
        try {
            // The endpoints are not looked at here; they only have to be there.
            Settings settings =
                    settings(topology, kept, "redis://source", "redis://target", "check");
            LinkOptionsReader.read(settings, Map.of());
            PairChoicesReader.read(settings);
            for (Direction direction : Direction.values()) {
                ceilings(kept, direction);
            }
        } catch (SynclineException e) {
            throw new Problem(
                    Problem.Code.BAD_REQUEST,
                    e.failure().place(),
                    e.failure().reason(),
                    e.failure().remedy());
        }
        return kept;
    }

    /// A flag that is neither on nor off would silently be off.
    private static void requireFlags(Map<String, String> kept) {
        kept.forEach((key, value) -> {
            Setting setting = Setting.ofKey(key);
            if (setting != null && setting.isFlag() && !value.equals("true")) {
                throw Problem.badRequest(
                        "settings." + key,
                        "'" + Names.shown(value) + "' is neither true nor false",
                        "Write true or false; the usual value is false");
            }
        });
    }

    private static void requireRetries(Map<String, String> kept) {
        int retry = retryMinutes(kept);
        int other = retryOtherMinutes(kept);
        if (retry < MIN_RETRY_MINUTES || retry > MAX_RETRY_MINUTES) {
            throw Problem.badRequest(
                    "settings." + Setting.RETRY_MINUTES.key(),
                    retry + " is not from " + MIN_RETRY_MINUTES + " to " + MAX_RETRY_MINUTES,
                    "30 or more are advised; the usual value is 720");
        }
        if (other >= retry) {
            throw Problem.badRequest(
                    "settings." + RETRY_OTHER,
                    other + " is not less than retry-minutes, " + retry,
                    "Give less time to other faults than to lost connections");
        }
    }

    /// `forward-max-rps`.
    static String maxRps(Direction direction) {
        return direction.code() + "-" + Setting.MAX_RPS.key();
    }

    static String maxMbps(Direction direction) {
        return direction.code() + "-" + Setting.MAX_MBPS.key();
    }

    /// The ceilings of one direction of a two-way task.
    static LinkOptions.Throttle ceilings(Map<String, String> kept, Direction direction) {
        Settings settings =
                settings(Topology.ONE_WAY, Map.of(), "redis://source", "redis://target", "check");
        offer(settings, Setting.MAX_RPS, kept, maxRps(direction));
        offer(settings, Setting.MAX_MBPS, kept, maxMbps(direction));
        return LinkOptionsReader.read(settings, Map.of()).throttle();
    }

    private static void offer(
            Settings settings, Setting setting, Map<String, String> kept, String key) {
        String value = kept.get(key);
        if (value != null) {
            settings.offer(setting, value, "settings." + key);
        }
    }

    /// Rules are given as text: no file of this machine is read for a caller.
    private static void requireRules(String rules) {
        String place = "settings." + Setting.ETL.key();
        if (rules.length() > MOST_RULE_LETTERS) {
            throw Problem.badRequest(
                    place,
                    rules.length()
                            + " letters are more than the "
                            + MOST_RULE_LETTERS
                            + " there may be",
                    "Use fewer rules with wider patterns");
        }
        if (rules.lines().anyMatch(line -> line.strip().startsWith(RuleList.FILE_MARK))) {
            throw Problem.badRequest(
                    place, "a file cannot be named here", "Write the rules themselves, one a line");
        }
        try {
            RuleList.read(rules, place);
        } catch (SynclineException e) {
            // `settings.etl line 2`: the line is said in words, so that the place is the field's.
            String line = e.failure().place().substring(place.length()).strip();
            throw Problem.badRequest(
                    place,
                    (line.isEmpty() ? "" : "in " + line + " ") + e.failure().reason(),
                    e.failure().remedy());
        }
    }

    private static void requireClass(Topology topology, String code) {
        InstanceClass size = InstanceClass.ofCode(code);
        if (size != InstanceClass.UNLIMITED && topology == Topology.TWO_WAY) {
            throw Problem.badRequest(
                    "settings." + CLASS,
                    "a two-way task has no ceiling of its own",
                    "Leave it out, and throttle its directions");
        }
    }

    private static String usual(Topology topology, String key) {
        if (key.equals(CLASS)) {
            return InstanceClass.UNLIMITED.code();
        }
        if (key.equals(RETRY_OTHER)) {
            return Integer.toString(USUAL_RETRY_OTHER);
        }
        if (topology == Topology.TWO_WAY && CEILINGS.contains(key)) {
            return "0";
        }
        Setting setting = Setting.ofKey(key);
        if (setting == null || !known(topology).contains(setting)) {
            throw Problem.badRequest(
                    "settings",
                    "'" + Names.shown(key) + "' is not a setting of a " + topology.code() + " task",
                    "Known: " + String.join(", ", keys(topology)));
        }
        return setting.isFlag() ? "false" : setting.initial();
    }

    private static Set<String> keys(Topology topology) {
        Map<String, String> keys = new TreeMap<>();
        known(topology).forEach(setting -> keys.put(setting.key(), ""));
        keys.put(RETRY_OTHER, "");
        switch (topology) {
            case ONE_WAY -> keys.put(CLASS, "");
            case TWO_WAY -> CEILINGS.forEach(key -> keys.put(key, ""));
        }
        return keys.keySet();
    }

    static int retryMinutes(Map<String, String> settings) {
        return minutes(settings, "retry-minutes", Setting.RETRY_MINUTES.initial());
    }

    /// How long other faults are tried again; less than lost connections in any case.
    public static int retryOtherMinutes(Map<String, String> settings) {
        int usual = Math.clamp(retryMinutes(settings) - 1L, 1, USUAL_RETRY_OTHER);
        return minutes(settings, RETRY_OTHER, Integer.toString(usual));
    }

    private static int minutes(Map<String, String> settings, String key, String usual) {
        String text = settings.getOrDefault(key, usual);
        if (!text.matches(MINUTES) || text.equals("0")) {
            throw Problem.badRequest(
                    "settings." + key,
                    "'"
                            + Names.shown(text)
                            + "' is not a number of minutes from "
                            + (key.equals(RETRY_OTHER) ? 1 : MIN_RETRY_MINUTES)
                            + " to "
                            + MAX_RETRY_MINUTES,
                    "The usual value is " + usual);
        }
        return Integer.parseInt(text);
    }

    /// What a user would have given on the command line.
    static Settings settings(
            Topology topology,
            Map<String, String> kept,
            String source,
            String target,
            String task) {
        Settings settings = new Settings();
        settings.offer(Setting.SOURCE, source, "source");
        settings.offer(Setting.TARGET, target, "target");
        settings.offer(Setting.TASK, task, "task");
        if (topology == Topology.TWO_WAY) {
            settings.offer(Setting.TWO_WAY, "true", "topology");
        }
        for (Setting setting : known(topology)) {
            String value = kept.get(setting.key());
            if (value != null) {
                settings.offer(setting, value, "settings." + setting.key());
            }
        }
        InstanceClass size =
                InstanceClass.ofCode(kept.getOrDefault(CLASS, InstanceClass.UNLIMITED.code()));
        String rps = kept.getOrDefault(Setting.MAX_RPS.key(), "0");
        if (size != InstanceClass.UNLIMITED && rps.matches("[0-9]{1,9}")) {
            Settings lowered = new Settings();
            lowered.offer(
                    Setting.MAX_RPS,
                    Long.toString(size.withCeiling(Long.parseLong(rps))),
                    "settings.max-rps");
            lowered.offerAll(settings);
            return lowered;
        }
        return settings;
    }
}
