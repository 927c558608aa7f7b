package io.syncline.engine.twoway;

import org.jspecify.annotations.Nullable;

/// Where a pair begins: what was found at both sites behind the new epoch.
///
/// A marker at Y says how far X's stream was done there (`through`) and, when that was read, how
/// much of Y's own stream stood before it (`known`). A stream is read again from the lesser of
/// where it was done and where the other marker knew it, so that every pair of writes that crossed
/// is seen to cross.
///
/// @param epoch of this start; larger than any before
public record Start(long epoch, Side source, Side target) {
    /// One site.
    ///
    /// @param marker of the link that writes to this site; null when none ever did
    /// @param begin where to read its stream from when no marker says
    /// @param fence its offset behind the new epoch
    public record Side(@Nullable Marker marker, StreamPlace begin, long fence) {}

    public Side side(Site site) {
        return site == Site.SOURCE ? source : target;
    }

    /// Where a site's stream must be read from.
    public StreamPlace readFrom(Site site) {
        return readFrom(site, true);
    }

    StreamPlace readFrom(Site site, boolean again) {
        Marker done = side(site.other()).marker();
        Marker knew = side(site).marker();
        if (done == null) {
            // Nothing of this site was ever brought over; whatever was brought here is then the
            // other link's, whose marker says no more than the beginning.
            return side(site).begin();
        }
        StreamPlace through = done.through();
        if (!again) {
            return through;
        }
        StreamPlace known = knew == null ? side(site).begin() : knew.known();
        return known.offset() < through.offset() ? known : through;
    }
}
