package io.syncline.engine.scan;

/// How far a scan is, and the offset that stands for everything that was there when it was asked
/// for. Written by the scan's thread, asked by others.
final class Goal {
    private volatile long known = -1;
    private volatile boolean wanted;
    private volatile long reached = -1;

    void ask() {
        reached = -1;
        wanted = true;
    }

    boolean isWanted() {
        return wanted;
    }

    void reach(long offset) {
        known = offset;
        wanted = false;
        reached = offset;
    }

    long reached() {
        return reached;
    }

    void known(long offset) {
        known = offset;
    }

    long known() {
        return known;
    }
}
