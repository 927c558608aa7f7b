package io.syncline.server.alert;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class WebhookTest {
    private static final String ENDED =
            "the receiver was not told: it ended the connection without an answer";

    private static Message message(String text) {
        return new Message(1, "a", "t", "orders", "state", text, Instant.EPOCH, Message.Kind.ALERT);
    }

    private static String body(String template, String text) {
        return new JsonMapper().writeValueAsString(Webhook.body(template, message(text)));
    }

    private static String sent(String address) {
        return new Webhook().send("syncline", address, "", message("text"));
    }

    @Test
    void whyAReceiverWasNotToldIsSaidInWords() throws IOException {
        assertThat(sentToOneThatEnds(false)).isEqualTo(ENDED);
        assertThat(sentToOneThatEnds(true)).isEqualTo(ENDED);
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> answer(plain));
            assertThat(sent("https://127.0.0.1:" + plain.getLocalPort() + "/hook"))
                    .contains("the TLS handshake failed");
        }
        assertThat(sent("http://127.0.0.1:" + Ports.free() + "/hook"))
                .contains("nothing listens there");
        assertThat(sent("http://nobody.invalid/hook")).contains("its name is not known here");
    }

    private static String sentToOneThatEnds(boolean resets) throws IOException {
        try (ServerSocket ending = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> end(ending, resets));
            return sent("http://127.0.0.1:" + ending.getLocalPort() + "/hook");
        }
    }

    /// Takes each request and says nothing: ends the connection, or resets it.
    private static void end(ServerSocket server, boolean resets) {
        try {
            while (true) {
                try (Socket socket = server.accept()) {
                    if (resets) {
                        socket.getInputStream().read();
                        socket.setSoLinger(true, 0);
                    } else {
                        // What were left unread would turn the end into a reset.
                        socket.shutdownOutput();
                        socket.getInputStream().readAllBytes();
                    }
                }
            }
        } catch (IOException e) {
            assertThat(server.isClosed()).isTrue();
        }
    }

    /// As one who takes the begin of a handshake for a bad request.
    private static void answer(ServerSocket server) {
        try (Socket socket = server.accept()) {
            socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
            socket.getOutputStream().flush();
            socket.getInputStream().readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aKeyInATextCallsNobodyToTheChat() {
        assertThat(body("slack", "key <!channel> & more"))
                .contains("key &lt;!channel&gt; &amp; more");
        assertThat(body("discord", "key @everyone"))
                .contains("\"allowed_mentions\":{\"parse\":[]}");
        assertThat(body("feishu", "key <at user_id=\"all\">")).doesNotContain("<at");
        assertThat(body("discord", "x".repeat(5_000))).hasSizeLessThan(2_100);
    }

    @Test
    void nothingIsSentToWhereCloudsGiveCredentialsFrom() {
        assertThat(Webhook.isForMachines("169.254.169.254")).isTrue();
        assertThat(Webhook.isForMachines("[fe80::1]")).isTrue();
        assertThat(Webhook.isForMachines("[::ffff:169.254.169.254]")).isTrue();
        assertThat(Webhook.isForMachines("100.100.100.200")).isTrue();
        assertThat(Webhook.isForMachines("127.0.0.1")).isFalse();
        assertThat(Webhook.isForMachines("10.0.0.7")).isFalse();
    }
}
