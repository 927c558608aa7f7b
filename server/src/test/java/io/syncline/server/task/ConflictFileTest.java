package io.syncline.server.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.twoway.KeyId;
import io.syncline.engine.twoway.LatchCause;
import io.syncline.engine.twoway.Resolution;
import io.syncline.engine.twoway.Site;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConflictFileTest {
    /// Another conflict takes microseconds, unless it waits for the download.
    private static final Duration LIMIT = Duration.ofSeconds(10);

    @TempDir private Path folder;

    private void add(ConflictFile file, String key) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        file.add(new Resolution(new KeyId(0, name), LatchCause.CONFLICT, 1, 2, Site.TARGET));
    }

    /// It is added by the one thread of a two-way task.
    @Test
    void aConflictDoesNotWaitForADownloadThatIsSlow() throws IOException {
        ConflictFile file = new ConflictFile(folder, "t", InstantSource.system());
        add(file, "first");

        file.copy(
                new OutputStream() {
                    @Override
                    public void write(int one) {
                        Thread task = Thread.ofPlatform().daemon().start(() -> add(file, "second"));
                        try {
                            assertThat(task.join(LIMIT)).as("added meanwhile").isTrue();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) {
                        write(0);
                    }
                });

        assertThat(file.count()).isGreaterThan(1);
        file.close();
    }

    @Test
    void aDownloadHasAllThatIsKeptAndOfATaskWithoutConflictsNothing() throws IOException {
        ConflictFile file = new ConflictFile(folder, "t", InstantSource.system());
        assertThat(copy(file)).isEmpty();
        add(file, "first");
        add(file, "second");

        assertThat(copy(file).lines()).hasSize(2).first().asString().contains("\"key\":\"first\"");
        file.close();
    }

    private static String copy(ConflictFile file) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        file.copy(bytes);
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
