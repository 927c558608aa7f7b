package io.syncline.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class RemoteTextTest {
    @Test
    void aGrantIsOneLineThoughItHasInstances() {
        String grant =
                """
                {"id": "g-1", "account": "a-1", "role": "reader", "grantee": "a-2",
                 "instances": ["i-1", "i-2"], "created": "2026-11-22T12:00:00Z"}
                """;

        assertThat(RemoteText.lines(new JsonMapper().readTree(grant)))
                .containsExactly("g-1  reader           a-1 to a-2: i-1,i-2");
    }
}
