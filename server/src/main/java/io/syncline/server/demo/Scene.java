package io.syncline.server.demo;

import java.util.List;

/// What a demonstration shows.
///
/// @param clusters two clusters of three shards instead of two servers
/// @param twoWay traffic at both sides
public record Scene(boolean clusters, boolean twoWay) {
    /// From one server to another.
    public static final Scene USUAL = new Scene(false, false);

    /// All there are, the simplest first.
    public static final List<Scene> ALL =
            List.of(USUAL, new Scene(true, false), new Scene(false, true), new Scene(true, true));

    int nodes() {
        return clusters ? 3 : 1;
    }

    String servers() {
        return clusters ? "Two clusters of three shards" : "Two servers";
    }

    String first() {
        return twoWay ? "the first" : "the source";
    }
}
