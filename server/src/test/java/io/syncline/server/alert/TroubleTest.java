package io.syncline.server.alert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

class TroubleTest {
    @Test
    void aFirewallThatDropsIsNotTakenForAPortWhereNothingListens() {
        // As java.net.http throws it.
        Exception failure = new HttpConnectTimeoutException("HTTP connect timed out");
        failure.initCause(new ConnectException("HTTP connect timed out"));

        assertThat(Trouble.words(failure))
                .isEqualTo("it did not answer in time; check the firewall");
    }

    @Test
    void theInnermostKnownCauseSaysItBest() {
        assertThat(Trouble.words(new IOException(new SSLHandshakeException("unknown"))))
                .contains("TLS handshake failed");
        // A reset comes without a class of its own, as the moment will have it.
        assertThat(Trouble.words(new IOException(new IOException("Broken pipe"))))
                .isEqualTo("it ended the connection without an answer");
        assertThat(Trouble.words(new IOException(new IOException("Broken pipe"))))
                .isEqualTo("it ended the connection without an answer");
    }
}
