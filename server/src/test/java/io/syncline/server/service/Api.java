package io.syncline.server.service;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A caller of the REST interface, with a token or without.
public final class Api {
    static final JsonMapper JSON = new JsonMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    /// An answer.
    public record Answer(int status, String text, HttpResponse<String> response) {
        public JsonNode json() {
            return JSON.readTree(text);
        }

        /// The body, when the status is this one.
        public JsonNode json(int expected) {
            if (status != expected) {
                throw new AssertionError(
                        "status " + status + " instead of " + expected + ": " + text);
            }
            return json();
        }
    }

    private final String base;
    private final @Nullable String token;

    Api(String base, @Nullable String token) {
        this.base = base;
        this.token = token;
    }

    /// The same with the token of a user.
    public Api as(String user, String password) {
        JsonNode made = post("/api/v1/login", Map.of("user", user, "password", password)).json(201);
        return new Api(base, made.path("token").asString());
    }

    public String base() {
        return base;
    }

    @Nullable String token() {
        return token;
    }

    public Answer get(String path) {
        return send("GET", path, null, "application/json");
    }

    public Answer post(String path, Object body) {
        return send("POST", path, JSON.writeValueAsString(body), "application/json");
    }

    public Answer post(String path) {
        return send("POST", path, "", "application/json");
    }

    public Answer patch(String path, Object body) {
        return send("PATCH", path, JSON.writeValueAsString(body), "application/json");
    }

    public Answer delete(String path) {
        return send("DELETE", path, null, "application/json");
    }

    public Answer send(
            String method, String path, @Nullable String body, String type, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path))
                        .timeout(Duration.ofSeconds(30))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", type);
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<String> response =
                    HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
