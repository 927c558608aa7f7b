package io.syncline.engine.resp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorKindTest {
    @ParameterizedTest
    @CsvSource({
        "OOM command not allowed when used memory > maxmemory., OOM, RETRY",
        "READONLY You may not write against a read only replica., READONLY, REDIRECT",
        "ERR max number of clients reached, MAX_CLIENTS, RETRY",
        "ERR unknown command FOO, UNKNOWN_COMMAND, NONE",
        "ERR syntax error, ERR, NONE",
        "NOPERM this user has no permissions, NOPERM, OPERATOR",
        "MYMODULE says no, OTHER, NONE",
        "EXECABORT Transaction discarded because of previous errors., EXECABORT, CAUSE",
    })
    void itsFirstWordsSayWhatCanBeDone(String text, ErrorKind kind, ErrorKind.Remedy remedy) {
        assertThat(ErrorKind.of(text)).isEqualTo(kind);
        assertThat(kind.remedy()).isEqualTo(remedy);
    }

    /// Memory may end, or a primary be demoted, between the last QUEUED and EXEC.
    @ParameterizedTest
    @CsvSource({
        "OOM command not allowed when used memory > maxmemory., OOM",
        "READONLY You may not write against a read only replica., READONLY",
        "MISCONF Redis is configured to save RDB snapshots, MISCONF",
        "NOREPLICAS Not enough good replicas to write., NOREPLICAS",
    })
    void whatExecItselfMetIsTheKindOfItsCause(String cause, ErrorKind kind) {
        assertThat(ErrorKind.of("EXECABORT Transaction discarded because of: " + cause))
                .isEqualTo(kind);
    }
}
