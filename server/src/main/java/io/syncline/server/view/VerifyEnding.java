package io.syncline.server.view;

import io.syncline.engine.verify.Verification.Outcome;
import io.syncline.engine.verify.VerifyProgress;

/// How a verification ended, in words.
///
/// @param outcome its name in events
/// @param headline stands where the live state stood
public record VerifyEnding(String outcome, Headline headline) {
    public static VerifyEnding of(Outcome outcome, VerifyState last) {
        VerifyProgress progress = last.progress();
        String counts =
                Numbers.count(progress.keys(), "key")
                        + " of the source and "
                        + Numbers.count(progress.targetKeys())
                        + " of the target in "
                        + Numbers.duration(last.elapsed());
        long open = progress.differences() - progress.repaired();
        String repaired =
                progress.repaired() == 0
                        ? ""
                        : ", " + Numbers.count(progress.repaired()) + " repaired";
        return switch (outcome) {
            case EQUAL ->
                    new VerifyEnding(
                            "equal", new Headline(Tone.WELL, "Equal: " + counts + repaired));
            case DIFFERENT ->
                    new VerifyEnding(
                            "different",
                            new Headline(
                                    Tone.BROKEN,
                                    "Different: "
                                            + Numbers.count(open, "key")
                                            + repaired
                                            + "; "
                                            + counts));
            case CANCELLED ->
                    new VerifyEnding(
                            "interrupted",
                            new Headline(Tone.IDLE, "Stopped before the end: " + counts));
            case CANNOT_START ->
                    new VerifyEnding(
                            "cannot-start",
                            new Headline(Tone.BROKEN, "Not started, nothing was compared"));
            case FAILED ->
                    new VerifyEnding("failed", new Headline(Tone.BROKEN, "Failed: " + counts));
        };
    }
}
