package io.syncline.engine.scan;

import java.util.Arrays;

/// A key of a database.
///
/// @param name its bytes; nobody changes them
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode below look into the array
record ScannedKey(int database, byte[] name) {
    @Override
    public boolean equals(Object other) {
        return other instanceof ScannedKey key
                && key.database == database
                && Arrays.equals(key.name, name);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(name) + database;
    }
}
