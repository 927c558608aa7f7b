package io.syncline.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.verify.Difference;
import io.syncline.engine.verify.Key;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DifferenceFileTest {
    @TempDir private Path folder;

    @Test
    void bothFormsTellAKeysNamesAtBothSidesByteForByte() throws IOException {
        Path csv = folder.resolve("a.csv");
        Path lines = folder.resolve("a.jsonl");
        for (Path path : new Path[] {csv, lines}) {
            try (DifferenceFile file = new DifferenceFile(path)) {
                file.add(difference("plain", "plain"));
                file.add(difference("a,1", "b\u00ff"));
            }
        }
        ByteArrayOutputStream turned = new ByteArrayOutputStream();
        DifferenceFile.csv(Files.newBufferedReader(lines), turned);

        assertThat(Files.readString(csv))
                .isEqualTo(
                        """
                        database,targetDatabase,key,keyBase64,kind,detail,source,target,repair,\
                        repairReason,targetKey,targetKeyBase64
                        0,3,plain,,missing-at-target,,1,-,none,,,
                        0,3,"a,1",,missing-at-target,,1,-,none,,b\\xff,Yv8=
                        """
                                .replace("\n", "\r\n"))
                .isEqualTo(turned.toString(StandardCharsets.UTF_8));
    }

    private static Difference difference(String key, String targetKey) {
        return new Difference(
                0,
                3,
                Key.of(key.getBytes(StandardCharsets.ISO_8859_1)),
                Key.of(targetKey.getBytes(StandardCharsets.ISO_8859_1)),
                Difference.Kind.MISSING_AT_TARGET,
                "",
                "1",
                "-",
                Difference.Repair.NONE);
    }
}
