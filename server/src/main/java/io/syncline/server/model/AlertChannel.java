package io.syncline.server.model;

import java.time.Instant;
import java.util.Locale;

/// Where an account's alerts go.
///
/// @param address URL of a webhook, or addresses of mail, separated by commas
/// @param template form of a webhook's body: `syncline`, `slack`, `teams`, `discord`, `feishu`,
///   `dingtalk`
/// @param sealedSecret signs a webhook, or is the mail server's password; encrypted
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
}
