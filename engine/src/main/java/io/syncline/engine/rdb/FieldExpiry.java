package io.syncline.engine.rdb;

import io.syncline.engine.bytes.ByteSlice;

/// Finds out whether fields of a hash expire, and when the first of them does.
final class FieldExpiry implements HashVisitor {
    private long leastMillis = Long.MAX_VALUE;

    @Override
    public void hashField(ByteSlice field, ByteSlice value, long expireAtMillis) {
        if (expireAtMillis >= 0) {
            leastMillis = Math.min(leastMillis, expireAtMillis);
        }
    }

    boolean any() {
        return leastMillis != Long.MAX_VALUE;
    }

    long leastMillis() {
        return leastMillis;
    }
}
