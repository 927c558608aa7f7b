package io.syncline.server.browser;

import io.syncline.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A headless Chromium of its own, and the connection that drives it.
///
/// It is the one that `testkit/browser.sh` unpacked, or one on the PATH. Where there is none, the
/// test is skipped and says so.
final class Browser implements AutoCloseable {
    static final JsonMapper JSON = new JsonMapper();
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Pattern ADDRESS = Pattern.compile("DevTools listening on (ws://\\S+)");
    private static final List<String> NAMES =
            List.of("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome");

    private final Process process;
    private final Path folder;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, BlockingQueue<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final Map<String, Consumer<JsonNode>> listeners = new ConcurrentHashMap<>();

    private Browser(Process process, Path folder, String address) {
        this.process = process;
        this.folder = folder;
        this.socket =
                HttpClient.newHttpClient()
                        .newWebSocketBuilder()
                        .buildAsync(URI.create(address), new Receiver())
                        .join();
    }

    /// Starts one. Skips the test where there is none.
    static Browser start() {
        Optional<Path> program = find();
        Assumptions.assumeTrue(
                program.isPresent(),
                "there is no Chromium here: testkit/browser.sh found none, and none is on the PATH");
        try {
            Path folder = Files.createTempDirectory("syncline-browser");
            Path log = folder.resolve("log");
            Process process =
                    new ProcessBuilder(
                                    program.get().toString(),
                                    "--headless",
                                    "--no-sandbox",
                                    "--disable-gpu",
                                    "--disable-dev-shm-usage",
                                    "--hide-scrollbars",
                                    "--font-render-hinting=none",
                                    "--remote-debugging-port=0",
                                    "--user-data-dir=" + folder.resolve("profile"),
                                    "about:blank")
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> destroy(process)));
            String address =
                    Await.value(
                            "the browser's address",
                            LIMIT,
                            () -> address(log),
                            found -> !found.isEmpty());
            return new Browser(process, folder, address);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String address(Path log) {
        try {
            Matcher matcher = ADDRESS.matcher(Files.readString(log));
            return matcher.find() ? matcher.group(1) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> find() {
        Path root = Path.of("").toAbsolutePath();
        while (root != null && !Files.isDirectory(root.resolve("testkit"))) {
            root = root.getParent();
        }
        Path unpacked =
                Objects.requireNonNull(root, "no folder above has the modules")
                        .resolve(".browser/bin/chromium");
        Stream<Path> installed =
                Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                        .flatMap(place -> NAMES.stream().map(name -> Path.of(place, name)));
        return Stream.concat(Stream.of(unpacked), installed)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// An empty page with cookies of its own.
    Tab open(String base) {
        String context = send("", "Target.createBrowserContext", Map.of()).text("browserContextId");
        String target =
                send(
                                "",
                                "Target.createTarget",
                                Map.of("url", "about:blank", "browserContextId", context))
                        .text("targetId");
        String session =
                send("", "Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                        .text("sessionId");
        return new Tab(this, target, session, base);
    }

    /// Shuts a page.
    void close(String target) {
        send("", "Target.closeTarget", Map.of("targetId", target));
    }

    /// What a command came to.
    record Result(JsonNode node) {
        String text(String field) {
            return node.path(field).asString();
        }
    }

    void listen(String session, Consumer<JsonNode> listener) {
        listeners.put(session, listener);
    }

    /// Sends a command and waits for its result.
    Result send(String session, String method, Map<String, ?> parameters) {
        int id = ids.incrementAndGet();
        BlockingQueue<JsonNode> answer = new ArrayBlockingQueue<>(1);
        waiting.put(id, answer);
        Map<String, Object> message = new java.util.HashMap<>();
        message.put("id", id);
        message.put("method", method);
        message.put("params", parameters);
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        socket.sendText(JSON.writeValueAsString(message), true).join();
        try {
            JsonNode node = answer.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (node == null || node.has("error")) {
                throw new AssertionError(method + " " + parameters + ": " + node);
            }
            return new Result(node.path("result"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } finally {
            waiting.remove(id);
        }
    }

    private final class Receiver implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonNode node = JSON.readTree(text.toString());
                text.setLength(0);
                take(node);
            }
            from.request(1);
            return null;
        }

        private void take(JsonNode node) {
            BlockingQueue<JsonNode> answer = waiting.get(node.path("id").asInt(-1));
            if (answer != null) {
                answer.add(node);
                return;
            }
            Consumer<JsonNode> listener = listeners.get(node.path("sessionId").asString(""));
            if (listener != null) {
                listener.accept(node);
            }
        }
    }

    private static void destroy(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    @Override
    public void close() {
        socket.abort();
        destroy(process);
        try (Stream<Path> files = Files.walk(folder)) {
            process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            System.err.println("left behind: " + folder);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
