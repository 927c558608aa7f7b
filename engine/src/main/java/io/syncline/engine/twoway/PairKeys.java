package io.syncline.engine.twoway;

import java.util.Arrays;

/// The names of what a pair keeps at a site.
///
/// @param marker written by the link that writes to this site, in each of its transactions
/// @param epoch written at each start of the task; watched by every transaction
/// @param beat written every second with our clock's time, so that writes near it can be dated
/// @param membership the one name under which every pair says that it is here
/// @param ofTask how all keys of this task begin
/// @param ofAnyTask how all keys of any task begin
/// @param database where they are, by the site's own number
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; nobody changes the names
public record PairKeys(
        byte[] marker,
        byte[] epoch,
        byte[] beat,
        byte[] membership,
        byte[] ofTask,
        byte[] ofAnyTask,
        int database) {
    boolean isMarker(byte[] buffer, int offset, int length) {
        return Arrays.equals(buffer, offset, offset + length, marker, 0, marker.length);
    }

    boolean isEpoch(byte[] buffer, int offset, int length) {
        return Arrays.equals(buffer, offset, offset + length, epoch, 0, epoch.length);
    }

    boolean isBeat(byte[] buffer, int offset, int length) {
        return Arrays.equals(buffer, offset, offset + length, beat, 0, beat.length);
    }

    boolean isMembership(byte[] buffer, int offset, int length) {
        return Arrays.equals(buffer, offset, offset + length, membership, 0, membership.length);
    }

    boolean isOfTask(byte[] buffer, int offset, int length) {
        return begins(buffer, offset, length, ofTask);
    }

    boolean isOfAnyTask(byte[] buffer, int offset, int length) {
        return begins(buffer, offset, length, ofAnyTask);
    }

    private static boolean begins(byte[] buffer, int offset, int length, byte[] prefix) {
        return length >= prefix.length
                && Arrays.equals(buffer, offset, offset + prefix.length, prefix, 0, prefix.length);
    }
}
