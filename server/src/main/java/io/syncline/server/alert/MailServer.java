package io.syncline.server.alert;

import io.syncline.engine.net.HostPort;
import io.syncline.server.model.Problem;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A mail server as `smtp://user@host:587?from=alerts@example.com`; `smtps` for TLS from the first
/// byte.
///
/// @param user empty for none
record MailServer(boolean tls, String user, String host, int port, String from) {
    private static final Pattern FORM =
            Pattern.compile("(smtps?)://(?:([^/?]+)@)?([^@/?]+)\\?from=([^\\s@<>]+@[^\\s@<>]+)");
    private static final int SUBMISSION = 587;
    private static final int SUBMISSION_TLS = 465;

    static MailServer parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw Problem.badRequest(
                    "mail",
                    "this is no mail server",
                    "Write smtp://user@host:587?from=alerts@example.com, or smtps://");
        }
        boolean tls = matcher.group(1).equals("smtps");
        HostPort address = HostPort.parse(matcher.group(3), tls ? SUBMISSION_TLS : SUBMISSION);
        String user = matcher.group(2) == null ? "" : matcher.group(2);
        if (user.contains(":")) {
            throw Problem.badRequest(
                    "mail", "a password stands in the address", "Give it as the channel's secret");
        }
        return new MailServer(tls, user, address.host(), address.port(), matcher.group(4));
    }
}
