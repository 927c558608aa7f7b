package io.syncline.server.console;

import static io.syncline.server.console.Texts.t;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.syncline.server.api.InstanceView;
import io.syncline.server.instance.Addresses;
import io.syncline.server.model.Actor;
import io.syncline.server.model.Problem;
import io.syncline.server.model.Role;
import io.syncline.server.report.Version;
import io.syncline.server.view.Numbers;
import io.syncline.server.web.Gate;
import io.syncline.server.web.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// `/system`: what runs here. Its log and the support bundle tell of every account, so they are for
/// admins of the first one.
final class SystemPage {
    private static final int SHOWN_LINES = 100;
    private static final int STACK = 60;

    private final Pages pages;
    private final Services services;
    private final Surroundings surroundings;

    SystemPage(Pages pages, Services services, Surroundings surroundings) {
        this.pages = pages;
        this.services = services;
        this.surroundings = surroundings;
    }

    void routes(JavalinConfig config) {
        config.routes.get("/system", this::show).get("/system/support.zip", this::bundle);
    }

    private static boolean mayAll(Actor actor) {
        return actor.root() && actor.role() == Role.ADMIN;
    }

    private void show(Context ctx) {
        Actor actor = Gate.actor(ctx);
        List<String> log = new ArrayList<>();
        if (mayAll(actor)) {
            List<String> all = surroundings.log().get();
            log.addAll(all.subList(Math.max(0, all.size() - SHOWN_LINES), all.size()).reversed());
        }
        Map<String, Object> values = new HashMap<>();
        values.put("facts", facts());
        values.put("log", log);
        values.put("all", mayAll(actor));
        pages.show(ctx, "system", t("system"), values);
    }

    private Map<String, String> facts() {
        Runtime runtime = Runtime.getRuntime();
        long used = runtime.totalMemory() - runtime.freeMemory();
        long running =
                services.tasks().all().stream()
                        .filter(control -> control.task().state().isActive())
                        .count();
        long spool =
                services.tasks().all().stream()
                        .map(control -> control.progress())
                        .filter(progress -> progress != null)
                        .flatMap(progress -> progress.status().shards().stream())
                        .mapToLong(shard -> shard.spoolMemoryBytes() + shard.spoolDiskBytes())
                        .sum();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Version", Version.text());
        facts.put("Java", System.getProperty("java.version", ""));
        facts.put(
                t("runs-for"),
                Numbers.seconds(ManagementFactory.getRuntimeMXBean().getUptime() / 1_000));
        facts.put("Store", surroundings.store().product());
        facts.put("Memory", Numbers.bytes(used) + " of " + Numbers.bytes(runtime.maxMemory()));
        facts.put(
                "Threads", Integer.toString(ManagementFactory.getThreadMXBean().getThreadCount()));
        facts.put(t("links-that-run"), Long.toString(running));
        facts.put(
                t("waiting-bytes"),
                Numbers.bytes(spool)
                        + "; free on disk "
                        + Numbers.bytes(surroundings.data().toFile().getUsableSpace()));
        facts.put(
                "Addresses",
                Addresses.all().isEmpty() ? "127.0.0.1" : String.join(", ", Addresses.all()));
        return facts;
    }

    /// What whoever helps wants to see. Nothing in it was ever a secret: passwords are in no view
    /// and in no line of the log.
    private void bundle(Context ctx) {
        Actor actor = Gate.actor(ctx);
        if (!mayAll(actor)) {
            throw new Problem(
                    Problem.Code.FORBIDDEN,
                    "role",
                    t("the-support-bundle-tells-of"),
                    t("ask-an-admin-of-the"));
        }
        Map<String, String> files = new LinkedHashMap<>();
        files.put("system.json", Json.text(facts()));
        files.put(
                "tasks.json", Json.text(services.views().of(List.copyOf(services.tasks().all()))));
        files.put(
                "instances.json",
                Json.text(
                        services.instances().list(actor).stream().map(InstanceView::of).toList()));
        files.put("log.txt", String.join("\n", surroundings.log().get()));
        files.put("threads.txt", threads());
        services.audit().record(actor, "system.bundle", "", "");
        ctx.contentType("application/zip")
                .header("Content-Disposition", "attachment; filename=\"syncline-support.zip\"")
                .result(zip(files));
    }

    private static byte[] zip(Map<String, String> files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(UTF_8));
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the bundle cannot be packed", e);
        }
        return bytes.toByteArray();
    }

    private static String threads() {
        StringBuilder text = new StringBuilder();
        for (ThreadInfo thread :
                ManagementFactory.getThreadMXBean().dumpAllThreads(false, false, STACK)) {
            text.append(thread);
        }
        return text.toString();
    }
}
