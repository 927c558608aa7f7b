package io.syncline.engine.twoway;

import io.syncline.engine.command.Slots;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The names of what a pair keeps at a site.
///
/// @param marker written by the link that writes to this site, in each of its transactions
/// @param epoch written at each start of the task; watched by every transaction
/// @param beat written every second with our clock's time, so that writes near it can be dated
/// @param membership the one name under which every pair says that it is here
/// @param ofTask how all keys of this task begin, but for those below
/// @param ofTaskBySlot how all keys of this task begin that name a slot by a tag: also where large
///   values of the first copy are put together
/// @param ofAnyTask how all keys of any task begin
/// @param database where they are, by the site's own number
/// @param floor where the pair says from where to read after a restart; empty where the one marker
///   does. With it, each slot has a marker, and `marker` is how they all begin
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; nobody changes the names
public record PairKeys(
        byte[] marker,
        byte[] epoch,
        byte[] beat,
        byte[] membership,
        byte[] ofTask,
        byte[] ofTaskBySlot,
        byte[] ofAnyTask,
        int database,
        byte[] floor) {
    /// Whether each slot has a marker of its own.
    boolean isBySlot() {
        return floor.length > 0;
    }

    /// The marker of a slot, or the one marker there is.
    ///
    /// @param slot negative where there is one marker
    public byte[] marker(int slot) {
        if (slot < 0) {
            return marker;
        }
        byte[] tag = ("{" + Slots.tag(slot) + "}").getBytes(StandardCharsets.US_ASCII);
        byte[] key = Arrays.copyOf(marker, marker.length + tag.length);
        System.arraycopy(tag, 0, key, marker.length, tag.length);
        return key;
    }

    boolean isMarker(byte[] buffer, int offset, int length) {
        return isBySlot()
                ? begins(buffer, offset, length, marker)
                : Arrays.equals(buffer, offset, offset + length, marker, 0, marker.length);
    }

    boolean isFloor(byte[] buffer, int offset, int length) {
        return isBySlot() && Arrays.equals(buffer, offset, offset + length, floor, 0, floor.length);
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
        return begins(buffer, offset, length, ofTask)
                || begins(buffer, offset, length, ofTaskBySlot);
    }

    boolean isOfAnyTask(byte[] buffer, int offset, int length) {
        return begins(buffer, offset, length, ofAnyTask);
    }

    private static boolean begins(byte[] buffer, int offset, int length, byte[] prefix) {
        return length >= prefix.length
                && Arrays.equals(buffer, offset, offset + prefix.length, prefix, 0, prefix.length);
    }
}
