package io.syncline.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What Linux says of processes, see proc(5).
final class ProcFiles {
    /// USER_HZ: 100 on every architecture that a JVM runs on.
    private static final double TICKS_PER_SECOND = 100;

    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int CHILDREN_USER = 13;
    private static final int CHILDREN_SYSTEM = 14;

    private ProcFiles() {}

    /// User and system time of a process and of its children that have ended, in seconds.
    static double cpuSeconds(long pid) {
        String[] fields = stat(Long.toString(pid));
        return ticks(fields, USER, SYSTEM) + ticks(fields, CHILDREN_USER, CHILDREN_SYSTEM);
    }

    static double ownCpuSeconds() {
        return ticks(stat("self"), USER, SYSTEM);
    }

    /// Of all children of this JVM that have ended, in seconds.
    static double endedChildrenCpuSeconds() {
        return ticks(stat("self"), CHILDREN_USER, CHILDREN_SYSTEM);
    }

    /// Of the whole machine, all processors, in seconds: everything but idle and waiting for I/O.
    static double machineCpuSeconds() {
        String[] fields =
                read(Path.of("/proc/stat")).lines().findFirst().orElse("").split(" +", -1);
        long ticks = 0;
        for (int i = 1; i < fields.length && i <= 8; i++) {
            boolean idle = i == 4 || i == 5;
            ticks += idle ? 0 : Long.parseLong(fields[i]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    /// The most memory that was in RAM at once, in bytes; 0 when the process is gone.
    static long peakResidentBytes(long pid) {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
                }
            }
            return 0;
        } catch (IOException gone) {
            return 0;
        }
    }

    private static double ticks(String[] fields, int one, int other) {
        return (Long.parseLong(fields[one]) + Long.parseLong(fields[other])) / TICKS_PER_SECOND;
    }

    /// The fields behind the program's name, which may itself hold spaces.
    private static String[] stat(String pid) {
        String text = read(Path.of("/proc", pid, "stat"));
        return text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
