package io.syncline.server.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.precheck.Finding;
import io.syncline.engine.precheck.Finding.Severity;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class FindingTableTest {
    private static final List<Finding> FINDINGS =
            List.of(
                    new Finding(
                            "connect",
                            Severity.OK,
                            "10.0.0.1:6379",
                            ErrorCode.INTERNAL,
                            "Redis 7.0.15, primary, 3 databases",
                            ""),
                    new Finding(
                            "heartbeat",
                            Severity.WARNING,
                            "10.0.0.1:6379",
                            ErrorCode.NOT_PERMITTED,
                            "the account may not write, so latency will not be known",
                            "Grant SET on keys that begin with DTS_REDIS_TIMESTAMP_HEARTBEAT"),
                    new Finding(
                            "target-empty",
                            Severity.ERROR,
                            "10.0.0.2:6379",
                            ErrorCode.TARGET_NOT_EMPTY,
                            "database 0 holds 12 keys",
                            "Empty it, or use --on-existing overwrite"));

    @Test
    void alignsSeverityCheckPlaceAndTextWithTheRemedyBelow() {
        assertThat(table(new Look(84, 24, false, true)))
                .isEqualTo(
                        """
                        ● ok       connect       10.0.0.1:6379  Redis 7.0.15, primary, 3 databases
                        ▲ warning  heartbeat     10.0.0.1:6379  the account may not write, so latency will
                                                                not be known
                                                                → Grant SET on keys that begin with
                                                                DTS_REDIS_TIMESTAMP_HEARTBEAT
                        ✖ error    target-empty  10.0.0.2:6379  database 0 holds 12 keys
                                                                → Empty it, or use --on-existing overwrite
                        """);
    }

    @Test
    void putsTheTextBelowTheRowWhereItIsNarrow() {
        assertThat(table(new Look(60, 24, false, false)))
                .isEqualTo(
                        """
                        * ok       connect       10.0.0.1:6379
                            Redis 7.0.15, primary, 3 databases
                        ! warning  heartbeat     10.0.0.1:6379
                            the account may not write, so latency will not be known
                            > Grant SET on keys that begin with
                            DTS_REDIS_TIMESTAMP_HEARTBEAT
                        x error    target-empty  10.0.0.2:6379
                            database 0 holds 12 keys
                            > Empty it, or use --on-existing overwrite
                        """);
    }

    @Test
    void endsWithTheVerdict() {
        assertThat(FindingTable.verdict(FINDINGS).text())
                .isEqualTo("The task may not start: 1 of 3 checks failed, 1 warning");
        assertThat(FindingTable.verdict(FINDINGS.subList(0, 2)).text())
                .isEqualTo("The task may start: 2 checks, none failed, 1 warning");
    }

    private static String table(Look look) {
        return new FindingTable(look)
                .lines(FINDINGS).stream()
                        .map(line -> line.text(look) + "\n")
                        .collect(Collectors.joining());
    }
}
