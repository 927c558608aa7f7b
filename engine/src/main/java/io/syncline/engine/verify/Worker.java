package io.syncline.engine.verify;

import static java.util.Objects.requireNonNull;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Backoff;
import io.syncline.engine.verify.BatchLook.Rest;
import io.syncline.engine.verify.VerifyOptions.Direction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// One thread that looks at batches until it is told to stop, with connections of its own.
///
/// A suspect survives all but the last two of its looks among others ([BatchLook]), then two alone
/// ([KeyLook]). If nothing moved between those two, it is a difference; if something did, the key
/// is watched for a while ([Settling]).
final class Worker {
    private final Run run;
    private final Sides sides;
    private final BatchLook batches;
    private final Presence presence;
    private final Origins origins;
    private final KeyLook keys;
    private final Settling settling;
    private final Repairer repairer;
    private final VerifyOptions options;

    /// What all workers share.
    interface Run {
        VerifyOptions options();

        Desk desk();

        Ledger ledger();

        Pace pace();

        void fail(Failure failure);

        /// A side is away.
        ///
        /// @param e why the last try failed
        void retrying(IOException e, Backoff backoff);

        /// It is back.
        ///
        /// @param e why the last try failed
        void recovered(IOException e, Backoff backoff);
    }

    Worker(Run run, Side source, Side target, Digest key) {
        this.run = run;
        this.options = run.options();
        Digest digest = key.twin();
        Names names = new Names(options);
        VerifyOptions.ExpiryRules rules = options.expiries();
        sides =
                new Sides(
                        new SideLinks(source, key.twin(), null),
                        new SideLinks(target, key.twin(), names.areSame() ? null : names),
                        new Expiries(rules.tolerance().toMillis(), rules.extension().toMillis()),
                        options.scope().mode(),
                        run.pace());
        batches = new BatchLook(sides);
        presence = new Presence(sides);
        origins = new Origins(presence, sides, names);
        keys = new KeyLook(sides, names, digest);
        settling = new Settling(sides, keys, digest);
        repairer = new Repairer(sides, options, names, keys, digest);
    }

    /// Runs until the pace is stopped. The top of a thread: whatever goes wrong ends the run.
    void work() {
        try {
            while (!run.pace().isStopped()) {
                Desk.Task task = run.desk().take();
                if (task != null) {
                    retrying(task);
                }
            }
        } catch (CancelledException e) {
            // What was not settled is looked at again by the next run.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SynclineException e) {
            run.fail(e.failure());
        } catch (RuntimeException | Error e) {
            run.fail(unexpected(e));
        } finally {
            close();
        }
    }

    private void close() {
        sides.close();
        repairer.close();
    }

    static Failure unexpected(Throwable bug) {
        System.getLogger(Worker.class.getName())
                .log(System.Logger.Level.ERROR, "a bug in a verification", bug);
        StackTraceElement[] trace = bug.getStackTrace();
        return new Failure(
                ErrorCode.INTERNAL,
                trace.length == 0 ? "verify" : trace[0].toString(),
                "a bug of Syncline: " + bug.getClass().getName(),
                "Report it with what the log says");
    }

    private void retrying(Desk.Task task) {
        Backoff backoff = new Backoff(options.retry(), System.nanoTime());
        IOException fault = null;
        while (true) {
            try {
                handle(task);
                if (fault != null) {
                    run.recovered(fault, backoff);
                }
                return;
            } catch (IOException e) {
                close();
                fault = e;
                pause(backoff, run, e);
            }
        }
    }

    /// @throws SynclineException when the time is up
    static void pause(Backoff backoff, Run run, IOException e) {
        long delay = backoff.next(System.nanoTime());
        if (delay < 0) {
            throw new SynclineException(
                    run.options().retry().isZero()
                            ? ErrorCode.UNREACHABLE
                            : ErrorCode.RETRY_EXHAUSTED,
                    "verify",
                    "a side cannot be read"
                            + (run.options().retry().isZero()
                                    ? ""
                                    : " for " + run.options().retry().toMinutes() + " min")
                            + ": "
                            + Failure.words(e),
                    "Bring it back and start the verification again; with --resume it goes on where"
                            + " it stopped");
        }
        run.retrying(e, backoff);
        run.pace().pause(delay);
    }

    private void handle(Desk.Task task) throws IOException {
        KeyBatch batch = task.batch();
        List<Suspect> suspects = task.suspects();
        List<Suspect> left =
                suspects == null ? first(batch) : lookAgain(batch, suspects, task.dueNanos());
        if (left.isEmpty()) {
            run.ledger().finish(batch);
        } else {
            run.desk().again(batch, left, options.recheck().after().toNanos());
        }
    }

    private List<Suspect> first(KeyBatch batch) throws IOException {
        Place place = batch.walk().place();
        Rest rest =
                batch.walk().isForward()
                        ? batches.look(batch.keys(), place)
                        : new Rest(origins.missing(batch.keys(), place), List.of(), false);
        run.pace().took(batch.keys().size(), sides.source(), sides.target());
        List<Suspect> suspects = new ArrayList<>(suspects(rest, place));
        if (rest.absent() || !suspects.isEmpty()) {
            run.desk().doubt();
        }
        // Without rechecks the first look decides.
        return options.recheck().times() > 0 ? suspects : lookAgain(batch, suspects, 0);
    }

    private List<Suspect> suspects(Rest rest, Place place) throws IOException {
        List<Suspect> suspects = new ArrayList<>();
        rest.suspects().forEach(key -> suspects.add(new Suspect(key)));
        for (byte[] key : rest.large()) {
            Look look = keys.look(key, place);
            if (look.difference() != null) {
                suspects.add(new Suspect(key));
            } else if (!look.source().isThere()) {
                run.desk().doubt();
            }
        }
        return suspects;
    }

    private List<Suspect> lookAgain(KeyBatch batch, List<Suspect> suspects, long turnNanos)
            throws IOException {
        if (suspects.isEmpty()) {
            return suspects;
        }
        Place place = batch.walk().place();
        int looks = suspects.getFirst().looks;
        if (looks + 2 >= options.recheck().times()) {
            return lookThoroughly(batch, suspects, turnNanos);
        }
        Rest rest = batches.look(suspects.stream().map(Suspect::key).toList(), place);
        run.pace().took(suspects.size(), sides.source(), sides.target());
        List<Suspect> left = suspects(rest, place);
        left.forEach(suspect -> suspect.looks = looks + 1);
        return left;
    }

    private List<Suspect> lookThoroughly(KeyBatch batch, List<Suspect> suspects, long turnNanos)
            throws IOException {
        Place place = batch.walk().place();
        List<Suspect> open =
                suspects.stream()
                        .filter(each -> each.confirmed == null && !each.settled)
                        .filter(each -> turnNanos == 0 || each.turnNanos != turnNanos)
                        .toList();
        int times = options.recheck().times();
        for (int from = 0; from < open.size(); from += KeyLook.TOGETHER) {
            List<Suspect> some = open.subList(from, Math.min(open.size(), from + KeyLook.TOGETHER));
            boolean last = some.getFirst().looks + 1 >= times;
            List<Look> looks = keys.look(some.stream().map(Suspect::key).toList(), place, last);
            for (int i = 0; i < some.size(); i++) {
                some.get(i).saw(looks.get(i), turnNanos);
            }
            run.pace().took(some.size(), sides.source(), sides.target());
        }
        confirm(suspects, place);
        List<Suspect> differing =
                suspects.stream().filter(each -> each.confirmed != null && !each.settled).toList();
        for (int from = 0; from < differing.size(); from += Repairer.TOGETHER) {
            int to = Math.min(differing.size(), from + Repairer.TOGETHER);
            mend(batch, differing.subList(from, to), place);
        }
        return suspects.stream().filter(each -> !each.settled).toList();
    }

    /// Decides about those that differed at every look.
    private void confirm(List<Suspect> suspects, Place place) throws IOException {
        int times = options.recheck().times();
        List<Suspect> doubtful =
                suspects.stream()
                        .filter(each -> each.confirmed == null && !each.settled)
                        .filter(each -> each.looks >= times)
                        .toList();
        // Without rechecks a look is all that is asked for.
        List<Suspect> differing = times == 0 ? doubtful : settling.differing(doubtful, place);
        differing.forEach(each -> each.confirmed = each.lastDifference());
        doubtful.forEach(each -> each.settled = each.confirmed == null);
    }

    /// Takes the next step of each repair; a suspect is settled by its last.
    private void mend(KeyBatch batch, List<Suspect> suspects, Place place) throws IOException {
        if (options.repair().direction() == Direction.NONE) {
            for (Suspect suspect : suspects) {
                batch.add(requireNonNull(suspect.confirmed));
                suspect.settled = true;
            }
            return;
        }
        List<Repairer.Step> steps = repairer.steps(suspects, place);
        for (int i = 0; i < steps.size(); i++) {
            Suspect suspect = suspects.get(i);
            switch (steps.get(i)) {
                case Repairer.Step.Again again -> {}
                case Repairer.Step.Equal equal -> suspect.settled = true;
                case Repairer.Step.Settled(Difference settled) -> {
                    batch.add(settled);
                    suspect.settled = true;
                }
            }
        }
        run.pace().took(0, sides.source(), sides.target());
    }
}
