package io.syncline.server.service;

import io.syncline.engine.net.HostPort;
import io.syncline.server.boot.ServerOptions;
import io.syncline.server.boot.Service;
import io.syncline.testkit.Await;
import io.syncline.testkit.Ports;
import io.syncline.testkit.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// A service in this process, on a port of its own, and its admin.
public final class RunningService implements AutoCloseable {
    public static final String PASSWORD = "correct horse battery";

    /// Enough for a machine that does much else.
    static final Duration LIMIT = Duration.ofSeconds(40);

    private final Service service;
    private final Api anybody;
    private final Api admin;

    private RunningService(Service service) {
        this.service = service;
        this.anybody = new Api("http://" + service.address(), null);
        this.admin = anybody.as("admin", PASSWORD);
    }

    public static RunningService start(Path data) {
        return start(data, "");
    }

    static RunningService start(Path data, String store) {
        return new RunningService(
                Service.start(
                        new ServerOptions(
                                data,
                                new HostPort("127.0.0.1", Ports.free()),
                                store,
                                null,
                                null,
                                Map.of(ServerOptions.PASSWORD_VARIABLE, PASSWORD))));
    }

    public Api anybody() {
        return anybody;
    }

    public Api admin() {
        return admin;
    }

    /// Registers a server; returns the instance's id.
    public static String instance(Api api, String name, RedisServer server) {
        return api.post(
                        "/api/v1/instances",
                        Map.of("name", name, "uri", "redis://127.0.0.1:" + server.port()))
                .json(201)
                .path("id")
                .asString();
    }

    /// Creates a task between two instances; returns its id.
    public static String task(Api api, String name, String source, String target) {
        return api.post(
                        "/api/v1/tasks",
                        Map.of(
                                "name",
                                name,
                                "source",
                                Map.of("instance", source),
                                "target",
                                Map.of("instance", target)))
                .json(201)
                .path("id")
                .asString();
    }

    /// Waits for a state, and returns the task.
    public static JsonNode await(Api api, String task, String state) {
        return Await.value(
                "task " + state,
                LIMIT,
                () -> api.get("/api/v1/tasks/" + task).json(200),
                it -> it.path("state").asString().equals(state));
    }

    @Override
    public void close() {
        service.close();
    }
}
