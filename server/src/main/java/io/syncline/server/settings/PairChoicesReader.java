package io.syncline.server.settings;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.pair.PairChoices;
import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.engine.twoway.Site;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a user gave about a two-way task.
public final class PairChoicesReader {
    private static final List<Setting> ONLY_TWO_WAY =
            List.of(Setting.CONFLICT_GUARD, Setting.CONFLICT_LOG, Setting.RESYNC_FROM);

    /// What would treat the two sides differently, or slow one of them down for ever, or reads what
    /// was written in no order, or ends before the two sides are a pair. The service does not know
    /// them for a two-way task.
    public static final List<Setting> ONLY_ONE_WAY =
            List.of(
                    Setting.ETL,
                    Setting.EXTEND_EXPIRY,
                    Setting.MAX_RPS,
                    Setting.MAX_MBPS,
                    Setting.SOURCE_MODE,
                    Setting.SNAPSHOT_ONLY);

    /// Nothing is left out of a pair, or both sides would differ without a word: a key whose
    /// command one side refuses is copied as a whole.
    private static void refuseSkipping(Settings settings) {
        if (Values.choice(settings, Setting.ON_REFUSED, LinkOptions.OnRefused.class)
                == LinkOptions.OnRefused.SKIP) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    settings.place(Setting.ON_REFUSED),
                    "a two-way task leaves no command out, since both sides would differ from then"
                            + " on; a key whose command one side refuses is copied as a whole",
                    "Leave it out, or leave commands out on both sides with "
                            + Setting.COMMANDS.option());
        }
    }

    private static void refuseFile(Settings settings) {
        if (settings.given(Setting.SOURCE) != null
                && settings.text(Setting.SOURCE).startsWith("file:")) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    settings.place(Setting.SOURCE),
                    "a file takes no writes, so it cannot be a side of a two-way task",
                    "Import it first, with a task of its own that is one-way");
        }
    }

    private PairChoicesReader() {}

    /// Null for a one-way task.
    public static @Nullable PairChoices read(Settings settings) {
        boolean twoWay = settings.flag(Setting.TWO_WAY);
        for (Setting setting : twoWay ? ONLY_ONE_WAY : ONLY_TWO_WAY) {
            if (isMeant(settings, setting)) {
                throw new SynclineException(
                        ErrorCode.BAD_OPTION,
                        settings.place(setting),
                        twoWay
                                ? "it cannot stand together with " + Setting.TWO_WAY.option()
                                : "it needs " + Setting.TWO_WAY.option(),
                        "Leave one of them out");
            }
        }
        if (twoWay) {
            refuseSkipping(settings);
            refuseFile(settings);
        }
        return twoWay
                ? new PairChoices(
                        Values.choice(settings, Setting.CONFLICT_GUARD, GuardPolicy.Mode.class),
                        settings.given(Setting.RESYNC_FROM) == null
                                ? null
                                : Values.choice(settings, Setting.RESYNC_FROM, Site.class))
                : null;
    }

    private static boolean isMeant(Settings settings, Setting setting) {
        if (settings.given(setting) == null) {
            return false;
        }
        String text = settings.text(setting);
        return !text.equals(setting.initial()) && !text.equals("false");
    }

    /// The file for conflicts; null for none.
    public static @Nullable Path conflictLog(Settings settings) {
        if (settings.given(Setting.CONFLICT_LOG) == null) {
            return null;
        }
        try {
            return Path.of(settings.text(Setting.CONFLICT_LOG)).toAbsolutePath();
        } catch (InvalidPathException e) {
            throw Values.bad(settings, Setting.CONFLICT_LOG, "a path: " + e.getReason());
        }
    }
}
