package io.syncline.server.rest;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.metrics.Prometheus;
import io.syncline.server.model.Problem;
import io.syncline.server.report.Version;
import io.syncline.server.store.Store;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// `/health`, `/ready`, `/metrics`, `/api/openapi.yaml`, `/api/v1/system`.
public final class SystemApi {
    private static final List<String> PROXIES =
            List.of("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via");

    private final Store store;
    private final Prometheus prometheus;
    private final BooleanSupplier begun;

    /// @param begun whether tasks go on already
    public SystemApi(Store store, Prometheus prometheus, BooleanSupplier begun) {
        this.store = store;
        this.prometheus = prometheus;
        this.begun = begun;
    }

    public void routes(JavalinConfig config) {
        config.routes
                .get("/health", SystemApi::live)
                .get("/health/live", SystemApi::live)
                .get("/health/ready", this::ready)
                .get("/ready", this::ready)
                .get("/metrics", this::metrics)
                .get("/api/openapi.yaml", SystemApi::openApi)
                .get("/api/v1/system", this::system);
    }

    private static void live(Context ctx) {
        Json.answer(ctx, Map.of("status", "live"));
    }

    private void ready(Context ctx) {
        if (!begun.getAsBoolean()) {
            throw Gate.starting();
        }
        if (!store.isReady()) {
            throw new Problem(
                    Problem.Code.UNAVAILABLE,
                    "store",
                    "the database does not answer, or its file is gone",
                    "Tasks that run go on. Check the database; a file that was removed must be put"
                            + " back before the service ends");
        }
        Json.answer(ctx, Map.of("status", "ready"));
    }

    /// For this machine without a login, as collectors expect; from elsewhere with a token, since
    /// names of tasks are nobody else's business. What a proxy of this machine hands on is from
    /// elsewhere.
    private void metrics(Context ctx) {
        boolean handedOn = PROXIES.stream().anyMatch(name -> ctx.header(name) != null);
        if (handedOn || !isLoopback(ctx.ip()) || !isAddress(ctx.host())) {
            Gate.actor(ctx);
        }
        ctx.contentType("text/plain; version=0.0.4; charset=utf-8").result(prometheus.scrape());
    }

    /// Whether we are called by an address: a foreign site can have its own name lead here, and its
    /// pages, in a browser of this machine, would be a caller of this machine.
    private static boolean isAddress(@Nullable String host) {
        if (host == null) {
            return false;
        }
        String name = host.replaceFirst(":[0-9]*$", "").toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.matches("[0-9.]+") || name.startsWith("[");
    }

    private static boolean isLoopback(String address) {
        return address.startsWith("127.")
                || address.equals("::1")
                || address.equals("[::1]")
                || address.equals("0:0:0:0:0:0:0:1")
                || address.equals("[0:0:0:0:0:0:0:1]");
    }

    private static void openApi(Context ctx) {
        try (InputStream in = SystemApi.class.getResourceAsStream("openapi.yaml")) {
            if (in == null) {
                throw new IllegalStateException("openapi.yaml is not in the program");
            }
            ctx.contentType("application/yaml").result(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("openapi.yaml cannot be read", e);
        }
    }

    private void system(Context ctx) {
        Gate.actor(ctx);
        Runtime runtime = Runtime.getRuntime();
        Map<String, Object> system = new LinkedHashMap<>();
        system.put("version", Version.text());
        system.put("java", System.getProperty("java.version", ""));
        system.put("store", store.product());
        system.put("memoryUsed", runtime.totalMemory() - runtime.freeMemory());
        system.put("memoryLimit", runtime.maxMemory());
        system.put("threads", ManagementFactory.getThreadMXBean().getThreadCount());
        system.put("uptimeSeconds", ManagementFactory.getRuntimeMXBean().getUptime() / 1_000);
        Json.answer(ctx, system);
    }
}
