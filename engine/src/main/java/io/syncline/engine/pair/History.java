package io.syncline.engine.pair;

import io.syncline.engine.cluster.ServerInfo;
import io.syncline.engine.resp.Reply;
import io.syncline.engine.twoway.Marker;
import io.syncline.engine.twoway.StreamPlace;

/// Which places of its stream a site has been at, as it says itself.
///
/// A replica that takes over, or a server that comes back with an older file, may lack what was
/// read from it before. It goes on from the last place that both had, and whoever asks for a place
/// before that is not told: the bytes behind it are others.
///
/// @param id of the stream; empty where servers do not tell (before 4.0: any change is a gap there)
/// @param formerId by which it went before
/// @param formerEnd the first offset that it no longer had under that id
record History(String id, String formerId, long formerEnd) {
    static History of(ServerInfo info) {
        return new History(
                info.field("master_replid"),
                info.formerReplicationId(),
                info.number("second_repl_offset"));
    }

    /// From an answer to INFO.
    static History of(Reply info) {
        String end = Answers.field(info, "second_repl_offset:");
        return new History(
                Answers.streamId(info),
                Answers.field(info, "master_replid2:"),
                end.isEmpty() ? -1 : Long.parseLong(end));
    }

    /// Whether somebody has read a place of this stream that is none of it any more.
    boolean hasLost(StreamPlace read) {
        return !read.stream().isEmpty()
                && read.stream().equals(formerId)
                && !holds(read.stream(), read.offset());
    }

    private boolean holds(String stream, long offset) {
        return id.isEmpty()
                || stream.isEmpty()
                || stream.equals(id)
                || (stream.equals(formerId) && offset < formerEnd);
    }

    boolean holds(StreamPlace place) {
        return holds(place.stream(), place.offset());
    }

    /// Whether all that a marker at the other site says was done of this site's stream is in it.
    boolean holdsAllOf(Marker done) {
        long reach = done.through().offset();
        for (long copied : done.covered().values()) {
            reach = Math.max(reach, copied);
        }
        return holds(done.through().stream(), reach);
    }
}
