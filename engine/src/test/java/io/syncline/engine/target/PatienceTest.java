package io.syncline.engine.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.syncline.engine.net.RetryListener;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private final List<String> heard = new ArrayList<>();
    private final Patience patience = patience(Duration.ofHours(12));

    private Patience patience(Duration retry) {
        return new Patience(
                Duration.ofSeconds(60),
                retry,
                new RetryListener() {
                    @Override
                    public void retrying(String place, int count, Duration elapsed, String reason) {
                        heard.add(count + " " + elapsed.toSeconds() + " " + reason);
                    }

                    @Override
                    public void recovered(String place, Duration away) {
                        heard.add("back " + place + " " + away.toSeconds());
                    }
                },
                "b:2");
    }

    private void waited(int seconds) throws IOException {
        waited(patience, seconds);
    }

    private static void waited(Patience patience, int seconds) throws IOException {
        patience.waited(Duration.ofSeconds(seconds).toNanos(), new SocketTimeoutException());
    }

    @Test
    void aNodeThatHangsIsToldEverLessOftenAndWhenItAnswersAgain() throws IOException {
        for (int seconds = 1; seconds < 25; seconds++) {
            waited(seconds);
        }
        patience.answered();
        patience.answered();
        waited(5);

        assertThat(heard)
                .containsExactly(
                        "1 5 the target has not answered for 5 s",
                        "2 10 the target has not answered for 10 s",
                        "3 20 the target has not answered for 20 s",
                        "back b:2 24",
                        "1 5 the target has not answered for 5 s");
    }

    @Test
    void aWaitThatIsTooLongBreaksTheConnection() {
        assertThatThrownBy(() -> waited(61))
                .isInstanceOf(IOException.class)
                .hasMessage("the target has not answered for 61 s");
        assertThat(heard).isEmpty();
    }

    @Test
    void whereNothingIsTriedAgainAHangIsEndedSoonerAndNothingElseIsTold() throws IOException {
        Patience none = patience(Duration.ZERO);
        waited(none, 19);
        assertThatThrownBy(() -> waited(none, 21)).isInstanceOf(IOException.class);
        Patience half = patience(Duration.ofSeconds(30));
        assertThatThrownBy(() -> waited(half, 31)).isInstanceOf(IOException.class);
        assertThat(heard).isEmpty();
    }
}
