package io.syncline.engine.precheck;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.precheck.Finding.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Whether the folder for waiting bytes can be written and has the room that the task may take.
final class Spool {
    private Spool() {}

    static void judge(Side source, Side target, Plan plan, Verdict verdict) throws IOException {
        Path directory = plan.spoolDirectory();
        if (directory == null || plan.spoolDiskBytes() == 0) {
            return;
        }
        Path existing = directory.toAbsolutePath();
        while (existing != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (existing == null || !takesFolders(existing)) {
            verdict.add(
                    Severity.ERROR,
                    new Failure(
                            ErrorCode.SPOOL_FULL,
                            directory.toString(),
                            "the spool's folder cannot be written",
                            "Name another with --spool-dir, or --spool-disk 0 for memory only"));
            return;
        }
        long free = Files.getFileStore(existing).getUsableSpace();
        long shards = Math.max(1, source.nodes().size());
        judge(directory, free, plan.spoolDiskBytes(), shards, verdict);
    }

    /// By making one: an account that may do everything is refused by some file systems all the
    /// same.
    private static boolean takesFolders(Path directory) {
        try {
            Files.delete(Files.createTempDirectory(directory, ".syncline-check"));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static void judge(Path directory, long free, long perShard, long shards, Verdict verdict) {
        String reason =
                Amount.bytes(free)
                        + " are free, and up to "
                        + Amount.bytes(perShard * shards)
                        + " may be taken";
        if (free < perShard * shards) {
            verdict.add(
                    Severity.WARNING,
                    new Failure(
                            ErrorCode.SPOOL_FULL,
                            directory.toString(),
                            reason,
                            "Make room, name another folder with --spool-dir, or lower --spool-disk"));
        } else {
            verdict.ok(directory.toString(), reason);
        }
    }
}
