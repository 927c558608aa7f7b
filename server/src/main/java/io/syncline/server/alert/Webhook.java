package io.syncline.server.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.json.JsonMapper;

/// Posts alerts as JSON, signed so that the receiver knows who sent them.
///
/// `X-Syncline-Signature` is `sha256=` and the HMAC-SHA256, in hexadecimal, of the value of
/// `X-Syncline-Timestamp`, a dot, and the body.
final class Webhook {
    static final List<String> TEMPLATES =
            List.of("syncline", "slack", "teams", "discord", "feishu", "dingtalk");

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http =
            HttpClient.newBuilder()
                    .connectTimeout(LIMIT)
                    // A redirect could lead to where the account may not send.
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();

    /// Sends once.
    ///
    /// @param secret signs; empty for no signature
    /// @return `told`, or what went wrong
    String send(String template, String address, String secret, Message message) {
        String body = JSON.writeValueAsString(body(template, message));
        String time = Long.toString(message.at().getEpochSecond());
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address))
                        .timeout(LIMIT)
                        .header("Content-Type", "application/json")
                        .header("User-Agent", "syncline")
                        .header("X-Syncline-Timestamp", time);
        if (!secret.isEmpty()) {
            request.header("X-Syncline-Signature", "sha256=" + signature(secret, time, body));
        }
        try {
            HttpResponse<Void> response =
                    http.send(
                            request.POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                            HttpResponse.BodyHandlers.discarding());
            return response.statusCode() / 100 == 2
                    ? "told"
                    : "the receiver answers " + response.statusCode();
        } catch (IOException e) {
            return "the receiver cannot be reached: " + e.getClass().getSimpleName();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    static String signature(String secret, String time, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal((time + "." + body).getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform must have HmacSHA256", e);
        }
    }

    private static Map<String, Object> body(String template, Message message) {
        Map<String, Object> body = new LinkedHashMap<>();
        switch (template) {
            case "slack", "teams" -> body.put("text", message.line());
            case "discord" -> body.put("content", message.line());
            case "feishu" -> {
                body.put("msg_type", "text");
                body.put("content", Map.of("text", message.line()));
            }
            case "dingtalk" -> {
                body.put("msgtype", "text");
                body.put("text", Map.of("content", message.line()));
            }
            default -> {
                body.put("event", message.test() ? "test" : "alert");
                body.put("id", Long.toString(message.id()));
                body.put("rule", message.rule());
                body.put("task", message.task());
                body.put("taskName", message.taskName());
                body.put("text", message.text());
                body.put("at", message.at().toString());
            }
        }
        return body;
    }
}
