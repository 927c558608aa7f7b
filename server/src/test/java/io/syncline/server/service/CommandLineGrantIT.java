package io.syncline.server.service;

import static io.syncline.server.service.RunningService.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.server.cli.SynclineCommand;
import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A synchronization between accounts from its first user to its end, by the command line alone.
class CommandLineGrantIT {
    @TempDir private Path folder;

    private int cli(String home, String... arguments) {
        Map<String, String> environment = new HashMap<>();
        environment.put("XDG_CONFIG_HOME", folder.resolve(home).toString());
        environment.put("SYNCLINE_PASSWORD", password(home));
        environment.put("SYNCLINE_NEW_PASSWORD", "bea's long password");
        environment.put("SYNCLINE_INSTANCE_PASSWORD", "of another instance");
        return new SynclineCommand(environment).run(arguments);
    }

    private static String password(String home) {
        return home.equals("b") ? "bea's long password" : RunningService.PASSWORD;
    }

    @Test
    void aRoleIsGivenUsedAndTakenAwayAgain() throws IOException {
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningService service = RunningService.start(folder.resolve("data"))) {
            source.command("SET", "key", "value");
            Api admin = service.admin();
            String shared = instance(admin, "shared", source);
            String owner = admin.get("/api/v1/me").json(200).path("account").asString();
            String url = service.anybody().base();
            assertThat(cli("a", "login", "--url", url)).isZero();
            assertThat(cli("a", "account", "add", "other", "bea")).isZero();
            Api bea = service.anybody().as("bea", "bea's long password");
            String other = bea.get("/api/v1/me").json(200).path("account").asString();
            assertThat(cli("a", "grant", "give", "reader", other, "shared")).isZero();
            assertThat(cli("a", "grant", "list")).isZero();
            assertThat(cli("b", "login", "--url", url, "--user", "bea")).isZero();
            instance(bea, "own", target);
            String[] create = {
                "task",
                "create",
                "copy",
                shared,
                "own",
                "--source-account",
                owner,
                "--source-role",
                "reader"
            };
            assertThat(cli("b", create)).isZero();
            assertThat(cli("b", "task", "start", "copy", "--wait")).isZero();
            Await.until("data", RunningService.LIMIT, () -> target.number("EXISTS", "key") == 1);
            String grant =
                    admin.get("/api/v1/grants")
                            .json(200)
                            .path("grants")
                            .get(0)
                            .path("id")
                            .asString();
            assertThat(cli("b", "grant", "revoke", grant)).isEqualTo(2);
            assertThat(cli("a", "grant", "revoke", grant)).isZero();
            RunningService.await(bea, "copy", "failed");
            assertThat(cli("a", "instance", "change", "shared", "--name", "lent")).isZero();
            assertThat(admin.get("/api/v1/instances/" + shared).text())
                    .contains("\"name\":\"lent\"", "\"hasPassword\":false");
            others(admin);
        }
    }

    private void others(Api admin) throws IOException {
        assertThat(cli("a", "user", "add", "otto", "--role", "operator")).isZero();
        assertThat(cli("a", "user", "change", "otto", "--role", "viewer")).isZero();
        assertThat(cli("a", "user", "remove", "otto")).isZero();
        assertThat(cli("a", "token", "add", "ci", "--days", "1")).isZero();
        assertThat(cli("a", "alert", "channel-add", "chat", "webhook", "http://127.0.0.1:1/x"))
                .isZero();
        assertThat(cli("a", "alert", "channel-test", "chat")).isEqualTo(4);
        assertThat(cli("a", "alert", "channel-remove", "chat")).isZero();
        assertThat(cli("a", "audit", "list", "--json")).isZero();
        assertThat(cli("a", "account", "show")).isZero();
        assertThat(cli("a", "user", "add")).isEqualTo(2);
        Path file = Files.writeString(folder.resolve("new"), "a new long password\n");
        assertThat(cli("a", "user", "password", "--password-file", file.toString())).isZero();
        assertThat(cli("a", "account", "show")).as("its token was revoked").isEqualTo(4);
        assertThat(admin.get("/api/v1/me").status()).isEqualTo(401);
    }
}
