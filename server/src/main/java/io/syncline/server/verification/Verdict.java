package io.syncline.server.verification;

import io.syncline.server.model.VerificationRun;
import io.syncline.server.model.VerificationRun.Kind;
import io.syncline.server.model.VerificationRun.Numbers;
import java.util.Locale;

/// What a run says, in one sentence.
public final class Verdict {
    private Verdict() {}

    public static String text(VerificationRun run) {
        Numbers numbers = run.numbers();
        if (run.kind() == Kind.INCREMENTAL) {
            long now = numbers.differences();
            return count(numbers.keys(), "written key")
                    + " checked, "
                    + (now == 0 ? "all equal" : differ(now) + " now");
        }
        return switch (run.state()) {
            case WAITING -> "Waits for its turn";
            case RUNNING ->
                    count(numbers.keys() + numbers.targetKeys(), "key")
                            + " looked at, "
                            + differ(numbers.differences())
                            + " so far";
            case EQUAL ->
                    "Both sides are equal: "
                            + count(numbers.keys(), "key")
                            + " compared"
                            + repaired(numbers);
            case DIFFERENT ->
                    differ(numbers.differences())
                            + " of "
                            + count(numbers.keys(), "key")
                            + " compared"
                            + repaired(numbers);
            case CANCELLED -> "Cancelled";
            case FAILED -> "Failed: " + run.reason();
            case INTERRUPTED -> "Interrupted: " + run.reason();
        };
    }

    private static String repaired(Numbers numbers) {
        return numbers.repaired() == 0 ? "" : ", " + number(numbers.repaired()) + " repaired";
    }

    private static String differ(long count) {
        return count == 0
                ? "none differs"
                : count(count, "key") + (count == 1 ? " differs" : " differ");
    }

    private static String count(long count, String noun) {
        return number(count) + " " + noun + (count == 1 ? "" : "s");
    }

    private static String number(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
