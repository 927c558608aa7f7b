package io.syncline.engine.twoway;

/// Hears what a pair decides.
@FunctionalInterface
public interface PairListener {
    void resolved(Resolution resolution);
}
