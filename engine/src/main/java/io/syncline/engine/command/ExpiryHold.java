package io.syncline.engine.command;

import io.syncline.engine.resp.CommandView;

/// Gives keys more time that would expire at the target before it has heard what the source did
/// with them meanwhile: a session that was kept alive would be gone when its next expiry comes.
public interface ExpiryHold {
    /// Holds nothing.
    ExpiryHold NONE =
            new ExpiryHold() {
                @Override
                public boolean isActive() {
                    return false;
                }

                @Override
                public long sent(CommandView view, int key, long moment) {
                    return moment;
                }
            };

    /// Whether any expiry may be held now.
    boolean isActive();

    /// What expiry a key is given.
    ///
    /// @param key argument of the command
    /// @param moment that the key is to have, in Unix milliseconds
    /// @return the same, or a later one until more is known
    long sent(CommandView view, int key, long moment);
}
