package io.syncline.engine.twoway;

import java.util.Arrays;

/// How one command's write to one key gets on with another's: whether their order shows.
///
/// Whatever is in no group has an order that shows.
///
/// @param group the family
/// @param members the fields, members or bits that are touched, for the groups where that matters
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; nobody changes the members
record Commutation(Group group, byte[][] members) {
    private static final byte[][] NOBODY = {};

    /// Families of writes; `effects.txt` says which command is in which.
    enum Group {
        /// With nothing, itself included.
        ALONE(1 << 0, false),
        /// `INCRBY` and its kin: sums have no order.
        COUNTER(1 << 1, false),
        SET_ADD(1 << 2, false),
        SKETCH(1 << 3, false),
        DELETE(1 << 4, false),
        /// Belongs to no key's value: libraries of functions.
        ANYTHING(1 << 5, false),
        /// `HSET`: with each other when the fields differ.
        FIELD_SET(1 << 6, true),
        /// `HINCRBY`: with each other always, with `HSET` when the fields differ.
        FIELD_COUNT(1 << 7, true),
        /// `ZADD` and `ZINCRBY`: when the members differ (sums of floats depend on their order).
        MEMBER_SCORE(1 << 8, true),
        /// `SETBIT`: when the bits differ.
        BIT(1 << 9, true);

        private final int bit;
        private final boolean byMember;

        Group(int bit, boolean byMember) {
            this.bit = bit;
            this.byMember = byMember;
        }

        /// Its bit in a set of groups.
        int bit() {
            return bit;
        }

        boolean isByMember() {
            return byMember;
        }

        /// The groups, as bits, with which it commutes where the members differ; none for the
        /// others.
        int apart() {
            return switch (this) {
                case FIELD_SET, FIELD_COUNT -> FIELD_SET.bit | FIELD_COUNT.bit;
                case MEMBER_SCORE, BIT -> bit;
                case ALONE, COUNTER, SET_ADD, SKETCH, DELETE, ANYTHING -> 0;
            };
        }

        /// Whether any two commands of this group commute, whatever they touch.
        boolean isFree() {
            return !byMember && this != ALONE;
        }
    }

    static final Commutation ALONE = new Commutation(Group.ALONE, NOBODY);

    /// The shared value of a group that asks for no members.
    static Commutation of(Group group) {
        return switch (group) {
            case ALONE -> ALONE;
            case COUNTER -> COUNTER;
            case SET_ADD -> SET_ADD;
            case SKETCH -> SKETCH;
            case DELETE -> DELETE;
            case ANYTHING -> ANYTHING;
            case FIELD_SET, FIELD_COUNT, MEMBER_SCORE, BIT ->
                    throw new IllegalArgumentException(group + " needs to know its members");
        };
    }

    private static final Commutation COUNTER = new Commutation(Group.COUNTER, NOBODY);
    private static final Commutation SET_ADD = new Commutation(Group.SET_ADD, NOBODY);
    private static final Commutation SKETCH = new Commutation(Group.SKETCH, NOBODY);
    private static final Commutation DELETE = new Commutation(Group.DELETE, NOBODY);
    private static final Commutation ANYTHING = new Commutation(Group.ANYTHING, NOBODY);

    boolean commutesWith(Commutation other) {
        if (group == other.group && group.isFree()) {
            return true;
        }
        return switch (group) {
            case ALONE, COUNTER, SET_ADD, SKETCH, DELETE, ANYTHING -> false;
            case FIELD_COUNT ->
                    other.group == Group.FIELD_COUNT
                            || (other.group == Group.FIELD_SET && isApartFrom(other));
            case FIELD_SET ->
                    (other.group == Group.FIELD_SET || other.group == Group.FIELD_COUNT)
                            && isApartFrom(other);
            case MEMBER_SCORE, BIT -> other.group == group && isApartFrom(other);
        };
    }

    private boolean isApartFrom(Commutation other) {
        for (byte[] mine : members) {
            for (byte[] theirs : other.members) {
                if (Arrays.equals(mine, theirs)) {
                    return false;
                }
            }
        }
        return true;
    }
}
