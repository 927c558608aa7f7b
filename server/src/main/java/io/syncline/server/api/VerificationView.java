package io.syncline.server.api;

import io.syncline.server.model.VerificationRun;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.VerifyFields;
import io.syncline.server.verification.Verdict;
import io.syncline.server.verification.Verifications;
import io.syncline.server.view.Tone;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A verification as users see it.
///
/// @param kind `manual`, `scheduled` or `incremental`
/// @param sentence what it says
/// @param tone as a task's
/// @param ended null while it goes on
/// @param percent null while nobody knows
/// @param differences found; of an incremental one, those that stand now
/// @param waiting what is tried again or waited for; null for nothing
public record VerificationView(
        String id,
        String kind,
        String by,
        String state,
        String sentence,
        String tone,
        Map<String, String> options,
        String created,
        @Nullable String ended,
        @Nullable Double percent,
        long keys,
        @Nullable Long keysTotal,
        long targetKeys,
        @Nullable Long targetKeysTotal,
        long bytes,
        long keysPerSecond,
        long differences,
        Map<String, Long> byKind,
        long repaired,
        String reason,
        String remedy,
        @Nullable String waiting) {
    /// Shows a run.
    public static VerificationView of(Verifications verifications, VerificationRun it) {
        VerificationRun.Numbers numbers = it.numbers();
        String waiting = verifications.trouble(it);
        return new VerificationView(
                it.id(),
                it.kind().code(),
                it.by(),
                it.state().code(),
                Verdict.text(it),
                tone(it).name().toLowerCase(Locale.ROOT),
                options(it.options()),
                it.created().toString(),
                text(it.ended()),
                percent(it),
                numbers.keys(),
                Shown.known(numbers.keysTotal()),
                numbers.targetKeys(),
                Shown.known(numbers.targetKeysTotal()),
                numbers.bytes(),
                verifications.keysPerSecond(it),
                numbers.differences(),
                new TreeMap<>(numbers.byKind()),
                numbers.repaired(),
                it.reason(),
                it.remedy(),
                waiting.isEmpty() ? null : waiting);
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }

    /// Options by the names that JSON has for them.
    public static Map<String, String> options(Map<String, String> options) {
        Map<String, String> shown = new TreeMap<>();
        for (Setting setting : VerifyFields.KNOWN) {
            String value = options.get(setting.key());
            if (value != null) {
                shown.put(VerifyFields.field(setting), value);
            }
        }
        return shown;
    }

    private static Tone tone(VerificationRun run) {
        return switch (run.state()) {
            case WAITING -> Tone.WORKING;
            case RUNNING -> run.numbers().differences() > 0 ? Tone.BROKEN : Tone.WORKING;
            case EQUAL -> Tone.WELL;
            case DIFFERENT, FAILED -> Tone.BROKEN;
            case INTERRUPTED -> Tone.ATTENTION;
            case CANCELLED -> Tone.IDLE;
        };
    }

    private static @Nullable Double percent(VerificationRun run) {
        VerificationRun.Numbers it = run.numbers();
        return switch (run.state()) {
            case EQUAL, DIFFERENT -> 100.0;
            case WAITING, CANCELLED, FAILED, INTERRUPTED -> null;
            case RUNNING -> {
                if (it.keysTotal() < 0 || it.targetKeysTotal() < 0) {
                    yield null;
                }
                double all = Math.max(1, (double) it.keysTotal() + it.targetKeysTotal());
                double done = Math.min(0.999, (it.keys() + it.targetKeys()) / all);
                yield Math.floor(done * 1_000) / 10;
            }
        };
    }
}
