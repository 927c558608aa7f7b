package io.syncline.engine.resp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// One answer to SCAN.
///
/// @param cursor for the next one; [#FIRST] behind the last
/// @param keys names, of which some may come again
public record ScanPage(String cursor, List<byte[]> keys) {
    /// Begins a scan, and ends it.
    public static final String FIRST = "0";

    /// Reads an answer that is no error.
    public static ScanPage of(Reply reply) throws IOException {
        if (!(reply instanceof Reply.Items items
                && items.items().size() == 2
                && items.items().get(0) instanceof Reply.Bulk next
                && items.items().get(1) instanceof Reply.Items names)) {
            throw new IOException("SCAN is answered with " + reply);
        }
        List<byte[]> keys = new ArrayList<>(names.items().size());
        for (Reply each : names.items()) {
            if (each instanceof Reply.Bulk name) {
                keys.add(name.bytes());
            }
        }
        return new ScanPage(next.utf8(), keys);
    }

    /// Whether nothing comes behind this.
    public boolean isLast() {
        return cursor.equals(FIRST);
    }
}
