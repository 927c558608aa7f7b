package io.syncline.server.alert;

import io.syncline.server.account.Audit;
import io.syncline.server.model.Actor;
import io.syncline.server.model.AlertChannel;
import io.syncline.server.model.AlertRecord;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.security.Vault;
import io.syncline.server.store.AlertTable;
import io.syncline.server.store.Store;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;

/// Where an account's alerts go, and what was told.
public final class Channels {
    private static final int MAX_PORT = 65_535;

    private final AlertTable table;
    private final Vault vault;
    private final Teller teller;
    private final Audit audit;
    private final InstantSource clock;

    public Channels(Store store, Vault vault, Teller teller, Audit audit, InstantSource clock) {
        this.table = store.alerts();
        this.vault = vault;
        this.teller = teller;
        this.audit = audit;
        this.clock = clock;
    }

    public List<AlertChannel> list(Actor actor) {
        return table.channels(actor.account());
    }

    public List<AlertRecord> history(Actor actor, int limit) {
        return table.history(actor.account(), limit);
    }

    /// Adds a channel.
    ///
    /// @param secret signs a webhook, or is the mail server's password; empty for none
    public AlertChannel add(
            Actor actor,
            String name,
            AlertChannel.Kind kind,
            String address,
            String template,
            String mail,
            String secret) {
        actor.require(Role.ADMIN, "add alert channels");
        switch (kind) {
            case WEBHOOK -> requireWebhook(address, template);
            case MAIL -> requireMail(address, mail);
        }
        String id = Names.id("c");
        boolean webhook = kind == AlertChannel.Kind.WEBHOOK;
        AlertChannel channel =
                new AlertChannel(
                        id,
                        actor.account(),
                        Names.checked("name", name),
                        kind,
                        webhook ? AlertChannel.shortened(address.strip()) : address.strip(),
                        template,
                        vault.seal(id, webhook ? address.strip() + "\n" + secret : secret),
                        mail.strip(),
                        clock.instant());
        table.add(channel);
        audit.record(actor, "channel.create", id, channel.name() + " " + kind.code());
        return channel;
    }

    private static void requireWebhook(String address, String template) {
        boolean good;
        try {
            URI uri = URI.create(address.strip());
            good =
                    uri.getHost() != null
                            && List.of("http", "https").contains(uri.getScheme())
                            && uri.getPort() <= MAX_PORT
                            && uri.getUserInfo() == null;
        } catch (IllegalArgumentException e) {
            good = false;
        }
        if (!good) {
            throw Problem.badRequest(
                    "address", "this is no address of a webhook", "Write https://host/path");
        }
        if (!Webhook.TEMPLATES.contains(template)) {
            throw Problem.badRequest(
                    "template",
                    "'" + Names.shown(template) + "' is not a template",
                    "One of " + String.join(", ", Webhook.TEMPLATES));
        }
    }

    private static void requireMail(String address, String mail) {
        MailServer.parse(mail);
        if (!address.matches("[^\\s@<>,]+@[^\\s@<>,]+(\\s*,\\s*[^\\s@<>,]+@[^\\s@<>,]+)*")) {
            throw Problem.badRequest(
                    "address",
                    "this is no list of mail addresses",
                    "Write ops@example.com, with commas between several");
        }
    }

    public void remove(Actor actor, String id) {
        actor.require(Role.ADMIN, "remove alert channels");
        AlertChannel channel = find(actor, id);
        table.removeChannel(channel.id());
        audit.record(actor, "channel.remove", channel.id(), channel.name());
    }

    private AlertChannel find(Actor actor, String id) {
        return table.channel(id)
                .filter(c -> c.account().equals(actor.account()))
                .orElseThrow(() -> Problem.notFound("channel", Names.shown(id)));
    }

    /// Sends a test.
    ///
    /// @return `told`, or what went wrong
    public String test(Actor actor, String id) {
        actor.require(Role.OPERATOR, "test alert channels");
        AlertChannel channel = find(actor, id);
        String outcome =
                teller.send(
                        channel,
                        new Message(
                                0,
                                actor.account(),
                                "",
                                "",
                                "test",
                                "this channel works",
                                clock.instant(),
                                Message.Kind.TEST));
        audit.record(actor, "channel.test", channel.id(), outcome);
        return outcome;
    }
}
