package io.syncline.server.service;

import static io.syncline.server.service.RunningService.await;
import static io.syncline.server.service.RunningService.instance;
import static io.syncline.server.service.RunningService.task;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.syncline.testkit.Await;
import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Alerts reach a receiver, signed, once for each fault; and the numbers behind them.
class AlertIT {
    private static final String SECRET = "signing-s3cret";

    @TempDir private Path folder;

    /// What a receiver was sent.
    record Received(String body, String time, String signature) {}

    @Test
    void aTaskInTroubleIsToldOnceAndSigned() throws Exception {
        List<Received> received = new CopyOnWriteArrayList<>();
        HttpServer receiver = receiver(received);
        try (RedisServer source = RedisServer.start();
                RedisServer target = RedisServer.start();
                RunningService service = RunningService.start(folder)) {
            Api admin = service.admin();
            String channel =
                    admin.post(
                                    "/api/v1/alerts/channels",
                                    Map.of(
                                            "name",
                                            "hook",
                                            "kind",
                                            "webhook",
                                            "address",
                                            "http://127.0.0.1:"
                                                    + receiver.getAddress().getPort()
                                                    + "/hook",
                                            "secret",
                                            SECRET))
                            .json(201)
                            .path("id")
                            .asString();
            JsonNode tested = admin.post("/api/v1/alerts/channels/" + channel + "/test").json(200);
            assertThat(tested.path("told").asBoolean()).isTrue();
            String id =
                    task(
                            admin,
                            "orders",
                            instance(admin, "a", source),
                            instance(admin, "b", target));
            admin.patch("/api/v1/tasks/" + id, Map.of("alerts", Map.of("stateChanges", true)))
                    .json(200);
            admin.post("/api/v1/tasks/" + id + "/actions/start").json(200);
            await(admin, id, "running");

            source.shutdown("SAVE");
            await(admin, id, "retrying");

            Await.until("the alert", RunningService.LIMIT, () -> received.size() == 2);
            assertThat(received.get(1).body()).contains("\"rule\":\"state\"", "orders", "Retrying");
            for (Received each : received) {
                assertThat(each.signature())
                        .isEqualTo("sha256=" + hmac(each.time() + "." + each.body()));
            }
            source.restart();
            await(admin, id, "running");
            Await.until(
                    "the alert is over",
                    RunningService.LIMIT,
                    () -> admin.get("/api/v1/alerts").text().contains("\"over\""));
            theEndIsToldToo(admin, received);
            metricsTellTheSame(service, id);
        } finally {
            receiver.stop(0);
        }
    }

    private static void theEndIsToldToo(Api admin, List<Received> received) throws Exception {
        Await.until("its end is told", RunningService.LIMIT, () -> received.size() == 3);
        assertThat(received.get(2).body())
                .contains("\"event\":\"resolved\"", "Resolved after", "Retrying");
        assertThat(received.get(2).signature())
                .isEqualTo("sha256=" + hmac(received.get(2).time() + "." + received.get(2).body()));
        String both = "hook: told\\nover: hook: told";
        Await.until(
                "both are recorded",
                RunningService.LIMIT,
                () -> admin.get("/api/v1/alerts").text().contains(both));
    }

    private static void metricsTellTheSame(RunningService service, String task) {
        Await.until(
                "metrics of the shard",
                RunningService.LIMIT,
                () ->
                        service.anybody()
                                .get("/metrics")
                                .text()
                                .contains("syncline_shard_lag_seconds{"));
        String text = service.anybody().get("/metrics").text();
        assertThat(text)
                .containsPattern("syncline_task_state\\{[^}]*state=\"running\"[^}]*} 1")
                .contains("task=\"" + task + "\"", "jvm_memory_used_bytes")
                .contains("# TYPE syncline_shard_applied_commands_total counter")
                .doesNotContainPattern("syncline_[a-z_]*(milli|_ms)");
        Matcher drawn = Pattern.compile("syncline_(shard|task_state)[a-z_]*").matcher(dashboard());
        while (drawn.find()) {
            assertThat(text).contains("\n" + drawn.group() + "{");
        }
    }

    private static String dashboard() {
        try {
            return Files.readString(Path.of("../docs/grafana/syncline.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hmac(String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(text.getBytes(UTF_8)));
    }

    private static HttpServer receiver(List<Received> received) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.createContext(
                "/hook",
                exchange -> {
                    received.add(
                            new Received(
                                    new String(exchange.getRequestBody().readAllBytes(), UTF_8),
                                    exchange.getRequestHeaders().getFirst("X-Syncline-Timestamp"),
                                    exchange.getRequestHeaders().getFirst("X-Syncline-Signature")));
                    exchange.sendResponseHeaders(204, -1);
                    exchange.close();
                });
        server.start();
        return server;
    }
}
