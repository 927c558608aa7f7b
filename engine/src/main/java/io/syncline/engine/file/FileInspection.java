package io.syncline.engine.file;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// What was found in the files of a source, all of it read and found well. What is copied later is
/// what was there then: a file that grows meanwhile is copied up to here.
///
/// @param named what the user named
/// @param parts in loading order
/// @param rdb what the RDB at the start says; none when there is no RDB
/// @param databases that hold keys or are written to
/// @param commands to apply behind the RDB
/// @param streamBytes that they take
/// @param cut what at the end of the last file is not applied
/// @param identity tells this file from another one
public record FileInspection(
        Path named,
        List<Part> parts,
        Rdb rdb,
        SortedSet<Integer> databases,
        long commands,
        long streamBytes,
        Cut cut,
        Fingerprint identity) {
    public FileInspection {
        parts = List.copyOf(parts);
        databases = Collections.unmodifiableSortedSet(new TreeSet<>(databases));
    }

    /// One file.
    ///
    /// @param rdbBytes of the RDB at its start; 0 for none
    /// @param until behind the last command that is applied
    /// @param bytes that the file had
    public record Part(Path file, long rdbBytes, long until, long bytes) {
        /// Whether commands stand behind the RDB, if there is one.
        boolean hasCommands() {
            return until > rdbBytes;
        }
    }

    /// What an RDB says of itself.
    ///
    /// @param version of the format; 0 when there is no RDB
    /// @param server version that wrote it; empty when it does not say
    /// @param valkey whether that was Valkey
    /// @param keys by database
    public record Rdb(int version, String server, boolean valkey, SortedMap<Integer, Long> keys) {
        static final Rdb NONE = new Rdb(0, "", false, new TreeMap<>());

        public Rdb {
            keys = Collections.unmodifiableSortedMap(new TreeMap<>(keys));
        }

        public boolean isThere() {
            return version > 0;
        }

        /// First number of the server's version; 0 when it does not say.
        public int major() {
            return number(0);
        }

        public int minor() {
            return number(1);
        }

        private int number(int index) {
            String[] words = server.split("[.-]", -1);
            return index < words.length && words[index].matches("[0-9]{1,6}")
                    ? Integer.parseInt(words[index])
                    : 0;
        }

        public long keyCount() {
            return keys.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /// What the end of the last file lacks, so that the server would cut it off, too
    /// (`aof-load-truncated yes`).
    ///
    /// @param file it is cut from
    /// @param bytes cut off; 0 when the file is whole
    /// @param transaction whether it is a MULTI without its EXEC; else a command without its end
    public record Cut(Path file, long bytes, boolean transaction) {}
}
