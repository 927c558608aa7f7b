package io.syncline.engine.twoway;

/// A place between two units of a site's stream.
///
/// @param stream the replication id by which the site knows it; empty when nothing was read yet
/// @param offset of the last byte before the place
/// @param database selected there, by the site's own number
public record StreamPlace(String stream, long offset, int database) {
    public static final StreamPlace BEGINNING = new StreamPlace("", 0, 0);
}
