package io.syncline.server.browser;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Await;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;

/// A page in the browser: what a person does, and what a person sees.
final class Tab {
    static final Duration LIMIT = Duration.ofSeconds(40);
    private static final Path SHOTS = Path.of("target", "screenshots");
    private static final String DRAWN =
            "document.readyState === 'complete'"
                    + " && performance.getEntriesByName('first-contentful-paint').length > 0";

    private final Browser browser;
    private final String target;
    private final String session;
    private final String base;
    private final List<String> complaints = new CopyOnWriteArrayList<>();

    Tab(Browser browser, String target, String session, String base) {
        this.browser = browser;
        this.target = target;
        this.session = session;
        this.base = base;
        browser.listen(session, this::hear);
        send("Page.enable", Map.of());
        send("Runtime.enable", Map.of());
        send("Log.enable", Map.of());
        send("Network.enable", Map.of());
        size(1280, 800);
    }

    /// Errors of scripts, and what the browser refuses because of the page's own policy.
    private void hear(JsonNode event) {
        JsonNode parameters = event.path("params");
        switch (event.path("method").asString("")) {
            case "Runtime.exceptionThrown" ->
                    complaints.add(parameters.path("exceptionDetails").toString());
            case "Log.entryAdded" -> {
                JsonNode entry = parameters.path("entry");
                boolean refusedForm = entry.path("text").asString().contains("400 (Bad Request)");
                if (entry.path("level").asString().equals("error") && !refusedForm) {
                    complaints.add(entry.path("text").asString() + " " + entry.path("url"));
                }
            }
            default -> {}
        }
    }

    /// Shuts the page: nothing of it asks the service for anything any more.
    void close() {
        browser.close(target);
    }

    /// What the browser complained about since the page was opened.
    List<String> complaints() {
        return complaints;
    }

    private Browser.Result send(String method, Map<String, ?> parameters) {
        return browser.send(session, method, parameters);
    }

    Tab size(int width, int height) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of(
                        "width",
                        width,
                        "height",
                        height,
                        "deviceScaleFactor",
                        1,
                        "mobile",
                        width < 600));
        return this;
    }

    Tab look(String scheme) {
        send(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", scheme),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
        return this;
    }

    Tab open(String path) {
        send("Page.navigate", Map.of("url", base + path));
        return loaded();
    }

    /// Waits until the page takes what is pressed: a browser drops keys and presses on a page that
    /// it has not drawn yet, since nobody can have meant them.
    private Tab loaded() {
        Await.until("the page", LIMIT, () -> ask(DRAWN).equals("true"));
        return this;
    }

    /// Evaluates an expression; its value as text.
    String ask(String expression) {
        JsonNode node =
                send("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true))
                        .node();
        if (node.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + node.path("exceptionDetails"));
        }
        return node.path("result").path("value").asString("");
    }

    private String element(String selector) {
        return "document.querySelector(" + Browser.JSON.writeValueAsString(selector) + ")";
    }

    String text(String selector) {
        return ask(element(selector) + "?.innerText ?? ''");
    }

    boolean has(String selector) {
        return ask(element(selector) + " != null").equals("true");
    }

    String path() {
        return ask("location.pathname");
    }

    Tab awaitText(String selector, String wanted) {
        Await.value(
                "'" + wanted + "' in " + selector,
                LIMIT,
                () -> text(selector),
                seen -> seen.contains(wanted));
        return this;
    }

    /// Waits until another page is there.
    Tab awaitPath(String pattern) {
        Await.value("the page " + pattern, LIMIT, this::path, seen -> seen.matches(pattern));
        return loaded();
    }

    /// Presses the mouse where the element is.
    Tab click(String selector) {
        String place = place(selector, element(selector));
        mouse("mousePressed", place);
        mouse("mouseReleased", place);
        return this;
    }

    /// One half of it: `mousePressed` or `mouseReleased`.
    Tab half(String type, String selector) {
        mouse(type, place(selector, element(selector)));
        return this;
    }

    /// Presses the mouse on the button or link that says this.
    Tab press(String words) {
        String place =
                place(
                        "a button '" + words + "'",
                        "[...document.querySelectorAll('button, a, summary')].find(e =>"
                                + " e.offsetParent && !e.disabled && e.innerText.trim() === "
                                + Browser.JSON.writeValueAsString(words)
                                + ")");
        mouse("mousePressed", place);
        mouse("mouseReleased", place);
        return this;
    }

    /// Finds the element and its place in one step: live parts change at any moment.
    private String place(String what, String found) {
        return Await.value(
                what,
                LIMIT,
                () ->
                        ask(
                                "(() => { const e = "
                                        + found
                                        + "; if (!e || !("
                                        + DRAWN
                                        + ")) return '';"
                                        + " e.scrollIntoView({block: 'center'});"
                                        + " const r = e.getBoundingClientRect();"
                                        + " return (r.x + r.width / 2) + ' '"
                                        + " + (r.y + r.height / 2); })()"),
                seen -> !seen.isEmpty());
    }

    private void mouse(String type, String place) {
        double x = Double.parseDouble(place.split(" ", -1)[0]);
        double y = Double.parseDouble(place.split(" ", -1)[1]);
        send(
                "Input.dispatchMouseEvent",
                Map.of("type", type, "x", x, "y", y, "button", "left", "clickCount", 1));
    }

    /// Replaces what stands in a field.
    Tab type(String selector, String value) {
        click(selector);
        ask(element(selector) + ".select?.()");
        return write(value);
    }

    /// Types where the focus is.
    Tab write(String value) {
        send("Input.insertText", Map.of("text", value));
        return this;
    }

    Tab choose(String selector, String value) {
        ask(
                "(() => { const e = "
                        + element(selector)
                        + "; e.value = "
                        + Browser.JSON.writeValueAsString(value)
                        + "; e.dispatchEvent(new Event('change', {bubbles: true})); })()");
        return this;
    }

    /// A key of the keyboard.
    Tab key(String key) {
        String text =
                switch (key) {
                    case "Enter" -> "\r";
                    case "Tab", "Escape", "ArrowDown" -> "";
                    default -> key;
                };
        int code =
                switch (key) {
                    case "Enter" -> 13;
                    case "Tab" -> 9;
                    case "Escape" -> 27;
                    case "ArrowDown" -> 40;
                    default -> 0;
                };
        loaded();
        send(
                "Input.dispatchKeyEvent",
                Map.of(
                        "type",
                        text.isEmpty() ? "rawKeyDown" : "keyDown",
                        "key",
                        key,
                        "text",
                        text,
                        "windowsVirtualKeyCode",
                        code));
        send(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", code));
        return this;
    }

    /// Goes on with the Tab key until the focus is there.
    Tab tabTo(String selector) {
        for (int i = 0; i < 80; i++) {
            if (ask("document.activeElement?.matches("
                            + Browser.JSON.writeValueAsString(selector)
                            + ") ?? false")
                    .equals("true")) {
                return this;
            }
            key("Tab");
        }
        throw new AssertionError("the Tab key does not lead to " + selector);
    }

    /// Texts that stand out too little from what they stand on; empty when all can be read.
    String poorContrasts() {
        try (InputStream in = Tab.class.getResourceAsStream("contrast.js")) {
            return ask(new String(Objects.requireNonNull(in).readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void assertNothingIsWiderThanTheScreen() {
        assertThat(
                        ask(
                                "document.documentElement.scrollWidth - innerWidth + ' '"
                                        + " + location.pathname"))
                .matches("(0|-\\d+) .*");
    }

    /// Keeps the whole page as it is to be seen, as `target/screenshots/NAME.png`.
    Tab shoot(String name) {
        int width = Integer.parseInt(ask("innerWidth"));
        int before = Integer.parseInt(ask("innerHeight"));
        size(width, Integer.parseInt(ask("Math.min(4000, document.documentElement.scrollHeight)")));
        byte[] image =
                Base64.getDecoder()
                        .decode(
                                send("Page.captureScreenshot", Map.of("format", "png"))
                                        .text("data"));
        size(width, before);
        try {
            Files.createDirectories(SHOTS);
            Files.write(SHOTS.resolve(name + ".png"), image);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }
}
