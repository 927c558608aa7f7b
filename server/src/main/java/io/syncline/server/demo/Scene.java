package io.syncline.server.demo;

import java.util.List;

/// What a demonstration shows.
///
/// @param clusters two clusters of three shards instead of two servers
/// @param twoWay traffic at both sides
public record Scene(boolean clusters, boolean twoWay) {
    /// From one server to another.
    public static final Scene USUAL = new Scene(false, false);

    /// Between servers, then between clusters.
    public static List<Scene> tour(boolean twoWay) {
        return List.of(new Scene(false, twoWay), new Scene(true, twoWay));
    }

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
