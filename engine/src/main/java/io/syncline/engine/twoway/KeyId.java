package io.syncline.engine.twoway;

import io.syncline.engine.command.Slots;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A key of the pair: the database, by the source's number, and the name.
public final class KeyId implements Comparable<KeyId> {
    private final int database;
    private final byte[] name;
    private final int hash;

    /// @param name not copied: nobody may change it afterwards
    public KeyId(int database, byte[] name) {
        this.database = database;
        this.name = name;
        this.hash = Arrays.hashCode(name) * 31 + database;
    }

    public int database() {
        return database;
    }

    /// Not a copy: only to be read.
    public byte[] name() {
        return name;
    }

    /// The hash slot that a cluster puts it in.
    int slot() {
        return Slots.of(name);
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof KeyId other
                && hash == other.hash
                && database == other.database
                && Arrays.equals(name, other.name);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public int compareTo(KeyId other) {
        int order = Integer.compare(database, other.database);
        return order != 0 ? order : Arrays.compareUnsigned(name, other.name);
    }

    @Override
    public String toString() {
        return database + ":" + new String(name, StandardCharsets.ISO_8859_1);
    }
}
