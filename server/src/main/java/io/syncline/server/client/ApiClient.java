package io.syncline.server.client;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ProtocolException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Talks to a service. Everything that the command line does there goes through here.
public final class ApiClient {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    /// A connectivity test waits for an instance that does not answer.
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(60);

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http;
    private final String url;
    private final String token;

    /// Connects to nothing yet.
    public ApiClient(Login login) {
        this.url = login.url().replaceFirst("/$", "");
        this.token = login.token();
        HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT);
        if (!login.ca().isEmpty()) {
            client.sslContext(Trust.of(Path.of(login.ca())));
        }
        this.http = client.build();
    }

    public JsonNode get(String path) {
        return json(text("GET", path, null, "application/json"));
    }

    /// Sends a JSON document.
    ///
    /// @param body null for none
    public JsonNode send(String method, String path, @Nullable Object body) {
        return json(
                text(
                        method,
                        path,
                        body == null ? null : JSON.writeValueAsString(body),
                        "application/json"));
    }

    public String text(Map<String, String> fields) {
        return JSON.writeValueAsString(fields);
    }

    public JsonNode json(String text) {
        return JSON.readTree(text.isBlank() ? "{}" : text);
    }

    /// A part of a path, from what a user gave.
    public static String part(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /// Sends a request and returns the answer's body, or fails with what the service says
    /// ([Refusal]).
    public String text(String method, String path, @Nullable String body, String type) {
        HttpResponse<String> response = exchange(method, path, body, type);
        if (response.statusCode() / 100 == 2) {
            return response.body();
        }
        throw refusal(response);
    }

    private HttpResponse<String> exchange(
            String method, String path, @Nullable String body, String type) {
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(URI.create(url + path))
                            .timeout(ANSWER_LIMIT)
                            .header("Content-Type", type)
                            .method(
                                    method,
                                    body == null
                                            ? HttpRequest.BodyPublishers.noBody()
                                            : HttpRequest.BodyPublishers.ofString(body));
            if (!token.isEmpty()) {
                request.header("Authorization", "Bearer " + token);
            }
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IllegalArgumentException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            "--url",
                            "this is no address of a service",
                            "Write http://host:8080 or https://host"),
                    e);
        } catch (SSLException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.TLS_FAILED,
                            url,
                            "the TLS handshake failed: " + e.getMessage(),
                            "Name the PEM file of the CA of its certificate with ./syncline login"
                                    + " --ca or "
                                    + Login.CA_VARIABLE
                                    + ", and call it by a name that is in the certificate"),
                    e);
        } catch (IOException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.UNREACHABLE,
                            url,
                            "the service cannot be reached: " + why(e),
                            "Check that ./syncline server runs there, and the address"),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SynclineException(
                    new Failure(ErrorCode.UNREACHABLE, url, "interrupted", ""), e);
        }
    }

    private static String why(IOException failure) {
        // An end and a reset come as any class, as the moment will have it.
        String why = "it ended the connection without an answer";
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof HttpTimeoutException) {
                // The client hangs a refusal that never was under its timeout.
                return "it does not answer";
            }
            why =
                    switch (at) {
                        case UnresolvedAddressException e -> "its name is not known here";
                        case ConnectException e -> "nothing listens there";
                        case ProtocolException e -> "its answer is not HTTP";
                        default -> why;
                    };
        }
        return why;
    }

    private Refusal refusal(HttpResponse<String> response) {
        int status = response.statusCode();
        String code = "";
        String place = url;
        String message = "the service answers " + status;
        String remedy = "";
        try {
            JsonNode problem = JSON.readTree(response.body());
            if (problem.has("message")) {
                code = problem.path("code").asString();
                place = problem.path("place").asString();
                message = problem.path("message").asString();
                remedy = problem.path("remedy").asString();
            }
        } catch (JacksonException e) {
            remedy = "Is this a Syncline service? Its answer is no JSON";
        }
        return Refusal.of(code, status, place, message, remedy);
    }
}
