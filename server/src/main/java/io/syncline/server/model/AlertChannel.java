package io.syncline.server.model;

import java.time.Instant;
import java.util.Locale;

/// Where an account's alerts go.
///
/// @param address shortened URL of a webhook, or addresses of mail, separated by commas
/// @param template form of a webhook's body: `syncline`, `slack`, `teams`, `discord`, `feishu`,
///   `dingtalk`
/// @param sealedSecret whole URL of a webhook, a line break, and the secret that signs; or the mail
///   server's password; encrypted
/// @param mail where mail is handed in; empty for a webhook
public record AlertChannel(
        String id,
        String account,
        String name,
        Kind kind,
        String address,
        String template,
        String sealedSecret,
        String mail,
        Instant created) {
    public enum Kind {
        WEBHOOK,
        MAIL;

        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// What may be shown of a webhook's address: the host only, since with many chat tools whoever
    /// has the whole address may write.
    public static String shortened(String address) {
        int path = address.indexOf('/', "https://".length());
        return path < 0 ? address : address.substring(0, path) + "/...";
    }

    @Override
    public String toString() {
        return name + " " + address;
    }
}
