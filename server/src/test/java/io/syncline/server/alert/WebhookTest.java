package io.syncline.server.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class WebhookTest {
    private static String body(String template, String text) {
        Message message =
                new Message(
                        1, "a", "t", "orders", "state", text, Instant.EPOCH, Message.Kind.ALERT);
        return new JsonMapper().writeValueAsString(Webhook.body(template, message));
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
