package io.syncline.engine.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.syncline.engine.bytes.ByteBuilder;
import io.syncline.engine.resp.RespWriter;
import io.syncline.testkit.Await;
import io.syncline.testkit.RandomTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What goes into a spool comes out, byte for byte, whatever the limits; memory and disk stay
/// within them; nothing is left behind.
class SpoolTest {
    private static final int BLOCK = Spool.BLOCK_BYTES;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir private Path folder;

    private Spool spool(long memory, long disk) {
        return new Spool(memory, disk, folder, "test", () -> {});
    }

    private long files() {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Writes at most `length` bytes of a known sequence; fewer when a block ends.
    private static int write(Spool spool, long from, int length, long millis) {
        Spool.Block block = Objects.requireNonNull(spool.room());
        byte[] array = Objects.requireNonNull(block.array);
        int count = Math.min(length, array.length - block.filled);
        for (int i = 0; i < count; i++) {
            array[block.filled + i] = byteAt(from + i);
        }
        spool.filled(block, count, millis);
        return count;
    }

    private static byte byteAt(long position) {
        return (byte) (position * 31 + (position >> 8) * 7 + (position >> 16));
    }

    @RandomTest(seeds = 4)
    void bytesComeOutAsTheyWentIn(long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        long total = 12L * BLOCK + random.nextInt(20 * BLOCK);
        try (Spool spool = spool(0, random.nextInt(3) * 6L * BLOCK)) {
            SplittableRandom writing = random.split();
            CompletableFuture<Void> producer =
                    CompletableFuture.runAsync(() -> produce(spool, total, writing));
            consume(spool, total, random);
            producer.get();
            assertThat(spool.waitingBytes()).isZero();
            assertThat(spool.diskBytes()).isZero();
            assertThat(files()).isZero();
        }
    }

    private static void produce(Spool spool, long total, SplittableRandom random) {
        for (long at = 0; at < total; ) {
            int most = random.nextInt(10) == 0 ? BLOCK : 1 + random.nextInt(9_000);
            at += write(spool, at, (int) Math.min(most, total - at), 0);
        }
        spool.end();
    }

    private static void consume(Spool spool, long total, SplittableRandom random)
            throws IOException {
        Spool.Reader reader = spool.reader();
        long at = 0;
        while (at < total) {
            while (reader.position < reader.limit) {
                assertThat(reader.array[reader.position]).isEqualTo(byteAt(at));
                reader.position++;
                at++;
            }
            if (at < total && !reader.advance(false)) {
                LockSupport.parkNanos(1 + random.nextInt(100_000));
            }
        }
        assertThat(spool.atEnd()).isTrue();
    }

    @Test
    void aWriterWaitsWhenMemoryAndDiskAreUsedUpAndGoesOnWhenThereIsRoom() throws Exception {
        AtomicLong written = new AtomicLong();
        long total = 40L * BLOCK;
        try (Spool spool = spool(4L * BLOCK, 6L * BLOCK)) {
            CompletableFuture<Void> producer =
                    CompletableFuture.runAsync(() -> {
                        while (written.get() < total) {
                            written.addAndGet(write(spool, written.get(), BLOCK, 0));
                        }
                        spool.end();
                    });
            Await.until("a full spool", LIMIT, () -> written.get() >= 9L * BLOCK);
            Await.until("a full disk", LIMIT, () -> spool.diskBytes() >= 6L * BLOCK);
            assertThat(spool.diskBytes()).isLessThanOrEqualTo(6L * BLOCK);
            assertThat(written.get()).isLessThanOrEqualTo(12L * BLOCK);
            assertThat(producer.isDone()).isFalse();

            consume(spool, total, new SplittableRandom(1));
            producer.get();
            assertThat(spool.diskBytes()).isZero();
        }
        assertThat(files()).isZero();
    }

    @Test
    void aDiskThatTakesNothingIsTriedAgain() throws Exception {
        long total = 40L * BLOCK;
        Path blocked = folder.resolve("blocked");
        Files.createFile(blocked);
        try (Spool spool = new Spool(4L * BLOCK, total, blocked, "test", () -> {})) {
            CompletableFuture<Void> producer =
                    CompletableFuture.runAsync(
                            () -> produce(spool, total, new SplittableRandom(1)));
            Await.until("a disk in trouble", LIMIT, () -> !spool.diskFault().isEmpty());
            assertThat(spool.waitingBytes()).isEqualTo(4L * BLOCK);
            assertThat(producer.isDone()).isFalse();
            Files.delete(blocked);
            Await.until("blocks on disk", LIMIT, () -> spool.diskBytes() > 20L * BLOCK);
            assertThat(spool.diskFault()).isEmpty();
            consume(spool, total, new SplittableRandom(1));
            producer.get();
            assertThat(spool.diskBytes()).isZero();
        }
    }

    @Test
    void aClosedSpoolLetsItsWriterGo() throws Exception {
        Spool spool = spool(0, 0);
        CompletableFuture<Boolean> producer =
                CompletableFuture.supplyAsync(() -> {
                    for (Spool.Block block = spool.room(); block != null; block = spool.room()) {
                        byte[] array = block.array;
                        spool.filled(block, array == null ? 0 : array.length, 0);
                    }
                    return true;
                });
        Await.until("a full spool", LIMIT, () -> spool.waitingBytes() >= 4L * BLOCK);
        spool.close();
        assertThat(producer.get()).isTrue();
        assertThat(spool.atEnd()).isTrue();
    }

    @Test
    void aCommandLargerThanAllLimitsPasses() throws Exception {
        byte[] value = new byte[9 * BLOCK + 17];
        for (int i = 0; i < value.length; i++) {
            value[i] = byteAt(i);
        }
        ByteBuilder stream = new ByteBuilder(value.length + 100);
        RespWriter.command(stream, "PING");
        RespWriter.array(stream, 3);
        RespWriter.bulk(stream, "SET");
        RespWriter.bulk(stream, "key");
        RespWriter.bulk(stream, value);
        RespWriter.command(stream, "PING");
        try (Spool spool = spool(0, BLOCK)) {
            CompletableFuture<Void> producer =
                    CompletableFuture.runAsync(() -> put(spool, stream.array, stream.length));
            StreamDecoder decoder = new StreamDecoder(spool);
            assertThat(next(decoder)).isEqualTo("PING");
            assertThat(next(decoder)).isEqualTo("SET");
            assertThat(decoder.view.argument(2)).isEqualTo(value);
            assertThat(next(decoder)).isEqualTo("PING");
            producer.get();
        }
    }

    private static String next(StreamDecoder decoder) {
        Await.until("a command", LIMIT, decoder::next);
        return decoder.view.text(0);
    }

    private static void put(Spool spool, byte[] bytes, int length) {
        for (int at = 0; at < length; ) {
            Spool.Block block = Objects.requireNonNull(spool.room());
            byte[] array = Objects.requireNonNull(block.array);
            int count = Math.min(length - at, array.length - block.filled);
            System.arraycopy(bytes, at, array, block.filled, count);
            spool.filled(block, count, 0);
            at += count;
        }
    }

    /// The bytes of a few commands, handed over in every division into two parts, at every place of
    /// a block's end.
    @Test
    void commandsAreReadOverEveryDivisionAndEveryEndOfABlock() throws Exception {
        ByteBuilder commands = new ByteBuilder(200);
        RespWriter.command(commands, "SET", "key", "value with some bytes");
        RespWriter.command(commands, "INCR", "n");
        commands.putAscii("\r\nPING\r\n");
        RespWriter.command(commands, "APPEND", "", "x");
        String expected = "SET INCR - PING APPEND ";
        for (int end = 0; end <= commands.length; end++) {
            for (int cut : new int[] {0, end / 2, end, (end + commands.length) / 2}) {
                try (Spool spool = spool(0, 4L * BLOCK)) {
                    StreamDecoder decoder = new StreamDecoder(spool);
                    fillUp(spool, decoder, BLOCK - end);
                    StringBuilder found = new StringBuilder();
                    put(spool, commands.array, cut);
                    collect(decoder, found);
                    put(
                            spool,
                            Arrays.copyOfRange(commands.array, cut, commands.length),
                            commands.length - cut);
                    collect(decoder, found);
                    assertThat(found.toString())
                            .as("block ends at %s, cut at %s", end, cut)
                            .isEqualTo(expected);
                }
            }
        }
    }

    private static void collect(StreamDecoder decoder, StringBuilder found) throws IOException {
        while (decoder.next()) {
            found.append(decoder.view.argumentCount == 0 ? "-" : decoder.view.text(0)).append(' ');
        }
    }

    /// Brings the spool's first block to a length by keep-alive lines.
    private static void fillUp(Spool spool, StreamDecoder decoder, int length) throws IOException {
        byte[] lines = new byte[length];
        Arrays.fill(lines, (byte) '\n');
        put(spool, lines, length);
        while (decoder.next()) {
            assertThat(decoder.view.argumentCount).isZero();
        }
    }

    @Test
    void aCommandArrivedWhenItsOwnBytesDid() throws Exception {
        ByteBuilder command = new ByteBuilder(100);
        RespWriter.command(command, "SETEX", "k", "10", "v");
        try (Spool spool = spool(0, 4L * BLOCK)) {
            int commands = 3_000;
            for (int i = 0; i < commands; i++) {
                Spool.Block block = Objects.requireNonNull(spool.room());
                byte[] array = Objects.requireNonNull(block.array);
                assertThat(array.length - block.filled).isGreaterThan(command.length);
                System.arraycopy(command.array, 0, array, block.filled, command.length);
                spool.filled(block, command.length, 1_000_000 + i);
            }
            StreamDecoder decoder = new StreamDecoder(spool);
            for (int i = 0; i < commands; i++) {
                assertThat(decoder.next()).isTrue();
                // One part in twenty of the time that the block took to fill.
                assertThat(decoder.arrivedMillis() - 1_000_000 - i)
                        .as("command %s", i)
                        .isBetween(0L, commands / 20L);
            }
        }
    }
}
