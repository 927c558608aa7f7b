package io.syncline.server.alert;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Posts alerts as JSON, signed so that the receiver knows who sent them.
///
/// `X-Syncline-Signature` is `sha256=` and the HMAC-SHA256, in hexadecimal, of the value of
/// `X-Syncline-Timestamp`, a dot, and the body. Feishu and DingTalk have signatures of their own,
/// and say in the body of a 200 that they have refused a message.
final class Webhook {
    private static final String TOLD = "told";
    private static final String UNTOLD = "the receiver was not told: ";
    private static final String FEISHU = "feishu";
    private static final String DINGTALK = "dingtalk";
    static final List<String> TEMPLATES =
            List.of("syncline", "slack", "teams", "discord", FEISHU, DINGTALK);

    private static final Set<String> METADATA = Set.of("100.100.100.200", "fd00:ec2:0:0:0:0:0:254");

    /// Of an answer, only a code is looked for.
    private static final int MAX_ANSWER = 4 << 10;

    /// Letters; Discord refuses a message that has more.
    private static final int MAX_DISCORD = 2_000;

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final JsonMapper JSON = new JsonMapper();

    private final InstantSource clock = InstantSource.system();
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
        if (isForMachines(URI.create(address).getHost())) {
            return "the receiver is an address that clouds give credentials from";
        }
        // Of now, not of the alert: receivers refuse what is old.
        String time = Long.toString(clock.instant().getEpochSecond());
        Map<String, Object> content = body(template, message);
        String url = address;
        if (!secret.isEmpty() && template.equals(FEISHU)) {
            content.put("timestamp", time);
            content.put("sign", base64(hmac(time + "\n" + secret, "")));
        } else if (!secret.isEmpty() && template.equals(DINGTALK)) {
            String millis = time + "000";
            String sign = base64(hmac(secret, millis + "\n" + secret));
            url +=
                    (address.contains("?") ? "&" : "?")
                            + "timestamp="
                            + millis
                            + "&sign="
                            + URLEncoder.encode(sign, UTF_8);
        }
        String body = JSON.writeValueAsString(content);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url))
                        .timeout(LIMIT)
                        .header("Content-Type", "application/json")
                        .header("User-Agent", "syncline")
                        .header("X-Syncline-Timestamp", time);
        if (!secret.isEmpty()) {
            request.header("X-Syncline-Signature", "sha256=" + signature(secret, time, body));
        }
        return post(request.POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    /// Whether it is where a cloud's machine learns who it is: link-local addresses, and Alibaba
    /// Cloud's own. Nobody's chat is there, and an admin of an account need not be one of the
    /// machine.
    static boolean isForMachines(String host) {
        try {
            for (InetAddress each : InetAddress.getAllByName(host)) {
                if (each.isLinkLocalAddress() || METADATA.contains(each.getHostAddress())) {
                    return true;
                }
            }
            return false;
        } catch (UnknownHostException e) {
            // Said by the attempt itself.
            return false;
        }
    }

    /// The client's own limit ends with the first byte of the answer; this one holds for all of it.
    private String post(HttpRequest request) {
        ByteArrayOutputStream begin = new ByteArrayOutputStream();
        CompletableFuture<HttpResponse<Void>> answer =
                http.sendAsync(
                        request,
                        HttpResponse.BodyHandlers.ofByteArrayConsumer(part ->
                                part.ifPresent(it ->
                                        begin.write(
                                                it,
                                                0,
                                                Math.min(it.length, MAX_ANSWER - begin.size())))));
        try {
            int status = answer.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS).statusCode();
            return status / 100 == 2
                    ? judged(begin.toString(UTF_8))
                    : "the receiver answers " + status;
        } catch (ExecutionException e) {
            return UNTOLD + Trouble.words(e);
        } catch (TimeoutException e) {
            answer.cancel(true);
            return UNTOLD + Trouble.words(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }

    /// A chat's robot that refuses a message answers 200 with a code that is not 0.
    private static String judged(String answer) {
        try {
            JsonNode node = JSON.readTree(answer);
            for (String field : List.of("errcode", "code")) {
                long code = node.path(field).asLong(0);
                if (code != 0) {
                    return "the receiver refuses it with code " + code;
                }
            }
        } catch (JacksonException e) {
            // Most receivers answer with nothing, or with words: they have taken it.
            return TOLD;
        }
        return TOLD;
    }

    static String signature(String secret, String time, String body) {
        return HexFormat.of().formatHex(hmac(secret, time + "." + body));
    }

    private static byte[] hmac(String key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(UTF_8), "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform must have HmacSHA256", e);
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// A text names keys and reasons, which anybody may have made: none of them calls a whole room,
    /// as `<!channel>` would.
    private static String escaped(String line) {
        return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String cut(String line) {
        return line.length() <= MAX_DISCORD ? line : line.substring(0, MAX_DISCORD - 3) + "...";
    }

    /// An adaptive card: what the webhooks of Teams' workflows take.
    private static Map<String, Object> card(String line) {
        Map<String, Object> block = Map.of("type", "TextBlock", "text", line, "wrap", true);
        Map<String, Object> card =
                Map.of("type", "AdaptiveCard", "version", "1.4", "body", List.of(block));
        return Map.of("contentType", "application/vnd.microsoft.card.adaptive", "content", card);
    }

    static Map<String, Object> body(String template, Message message) {
        Map<String, Object> body = new LinkedHashMap<>();
        switch (template) {
            case "slack" -> body.put("text", escaped(message.line()));
            case "teams" -> {
                body.put("type", "message");
                body.put("attachments", List.of(card(message.line())));
            }
            case "discord" -> {
                body.put("content", cut(message.line()));
                body.put("allowed_mentions", Map.of("parse", List.of()));
            }
            case FEISHU -> {
                body.put("msg_type", "text");
                body.put("content", Map.of("text", message.line().replace("<at", "< at")));
            }
            case DINGTALK -> {
                body.put("msgtype", "text");
                body.put("text", Map.of("content", message.line()));
            }
            default -> {
                body.put("event", message.kind().code());
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
