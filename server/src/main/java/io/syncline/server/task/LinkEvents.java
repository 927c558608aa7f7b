package io.syncline.server.task;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.link.LinkEvent;
import io.syncline.server.lifecycle.TaskEvent;
import io.syncline.server.model.RefusedCommand;
import io.syncline.server.model.Task;
import io.syncline.server.model.TaskEntry.Level;
import io.syncline.server.view.Numbers;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Turns what a link tells into the task's state, its log and its list of refused commands.
final class LinkEvents implements Consumer<LinkEvent> {
    private static final Failure UNTOLD =
            new Failure(ErrorCode.INTERNAL, "syncline", "the link ended without a word", "");

    private final TaskControl control;
    private final TaskContext context;
    private final BooleanSupplier allStream;
    private final AtomicLong streamedAtNanos = new AtomicLong();
    private volatile boolean streamed;
    private volatile boolean copied;
    private volatile @Nullable Failure failure;
    private volatile @Nullable Retry retry;
    private final Away away = new Away(System::nanoTime);

    LinkEvents(TaskControl control, TaskContext context, BooleanSupplier allStream) {
        this.control = control;
        this.context = context;
        this.allStream = allStream;
    }

    @Override
    public void accept(LinkEvent event) {
        switch (event) {
            case LinkEvent.Checked checked -> {}
            case LinkEvent.PhaseEntered entered -> phase(entered);
            case LinkEvent.Retrying trouble -> retrying(trouble);
            case LinkEvent.Recovered recovered -> recovered(recovered);
            case LinkEvent.Refused refused -> refused(refused);
            case LinkEvent.Warned(String place, String text, String remedy) ->
                    control.entry(Level.WARNING, "warning", at(place) + text, remedy);
            case LinkEvent.CaughtUp() ->
                    control.entry(
                            Level.INFO,
                            "caught-up",
                            "the target has everything that the source had",
                            "");
            case LinkEvent.Failed(Failure why) -> {
                failure = why;
                retry = null;
            }
            case LinkEvent.Ended ended -> {}
        }
    }

    private static String at(String place) {
        return place.isEmpty() ? "" : "[" + place + "] ";
    }

    private void phase(LinkEvent.PhaseEntered entered) {
        switch (entered.phase()) {
            case SNAPSHOT -> {
                copied = true;
                control.happen(new TaskEvent.CopyBegan());
                control.entry(
                        Level.INFO,
                        "phase",
                        at(entered.source())
                                + "full synchronization of this shard begins"
                                + (entered.reason().isEmpty() ? "" : ": " + entered.reason()),
                        "");
            }
            case STREAMING -> {
                String how =
                        entered.resumed()
                                ? "goes on from its checkpoint, without a full copy"
                                : "incremental synchronization of this shard begins";
                control.entry(Level.INFO, "phase", at(entered.source()) + how, "");
                if (allStream.getAsBoolean()) {
                    streaming();
                }
            }
            case STARTING, ENDED -> {}
        }
    }

    /// Whether a full synchronization has begun.
    boolean hasCopied() {
        return copied;
    }

    void streaming() {
        streamedAtNanos.set(System.nanoTime());
        streamed = true;
        retry = null;
        away.over();
        if (control.task().copyAgain()) {
            // Not before every shard has its copy: one that is broken off begins anew.
            control.change(task -> task.copyingAgain(false));
        }
        control.happen(new TaskEvent.StreamBegan());
    }

    /// For how long the task has been in trouble, which it is now.
    Duration away() {
        return away.lasted(Duration.ZERO);
    }

    /// Whether every pipeline has streamed since then.
    boolean streamedSince(long nanos) {
        return streamed && streamedAtNanos.get() - nanos >= 0;
    }

    private void retrying(LinkEvent.Retrying trouble) {
        String side = trouble.side().name().toLowerCase(Locale.ROOT);
        retry =
                new Retry(
                        side,
                        trouble.place(),
                        trouble.count(),
                        away.lasted(trouble.elapsed()).toSeconds(),
                        trouble.limit().toSeconds(),
                        trouble.reason());
        if (trouble.count() == 1) {
            control.entry(
                    Level.WARNING,
                    "retrying",
                    "the " + side + " " + at(trouble.place()) + "is away: " + trouble.reason(),
                    "Nothing is lost; it is tried again for " + Numbers.duration(trouble.limit()));
        }
        control.happen(
                new TaskEvent.TroubleBegan(),
                "the " + side + " is away: " + at(trouble.place()) + trouble.reason(),
                "It goes on by itself when the " + side + " is back");
    }

    private void recovered(LinkEvent.Recovered it) {
        retry = null;
        away.over();
        control.entry(
                Level.INFO,
                "recovered",
                at(it.place()) + "is back after " + Numbers.duration(it.away()),
                "");
    }

    private void refused(LinkEvent.Refused it) {
        Task task = control.task();
        boolean skips =
                "skip".equals(task.settings().get("on-refused"))
                        || context.log().skips(task.id(), it);
        context.log()
                .refused(
                        new RefusedCommand(
                                0,
                                task.id(),
                                context.clock().instant(),
                                it.shard(),
                                it.offset(),
                                it.database(),
                                it.command(),
                                it.key(),
                                it.reason(),
                                skips ? "skipped" : "open"));
        control.entry(
                Level.WARNING,
                "refused",
                it.command() + " " + it.key() + " was refused: " + it.reason(),
                skips ? "It was left out" : "Mend the key at the target, or skip what is refused");
    }

    Failure failure() {
        Failure told = failure;
        return told == null ? UNTOLD : told;
    }

    @Nullable Retry retry() {
        return retry;
    }
}
