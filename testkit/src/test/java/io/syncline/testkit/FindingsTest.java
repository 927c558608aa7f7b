package io.syncline.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.testkit.Difference.Kind;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private final Findings findings = new Findings(10);

    private void differs(String key) {
        findings.add(0, key.getBytes(US_ASCII), Kind.VALUE, "1", "nil");
    }

    /// One side may be asked before a key expires, and the other behind it.
    @Test
    void aKeyThatHasExpiredWhileItWasComparedDoesNotCount() {
        long now = System.currentTimeMillis();
        findings.expiries(Map.of("gone", now - 1, "lives", now + 600_000));
        differs("gone");
        differs("lives");
        differs("for ever");
        findings.expiries(Map.of());
        differs("gone");

        assertThat(findings.result(4).listed())
                .extracting(Difference::key)
                .containsExactly("lives", "for ever", "gone");
    }
}
