package io.syncline.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A folder of one process, removed with all that is in it.
record TemporaryFolder(Path path) implements AutoCloseable {
    static TemporaryFolder create(String name) {
        try {
            return new TemporaryFolder(Files.createTempDirectory("testkit-" + name + "-"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a folder for " + name, e);
        }
    }

    Path resolve(String file) {
        return path.resolve(file);
    }

    void write(String file, List<String> lines) {
        try {
            Files.write(path.resolve(file), lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path.resolve(file), e);
        }
    }

    @Override
    public void close() {
        if (!Files.exists(path)) {
            return;
        }
        try (Stream<Path> paths = Files.walk(path)) {
            List<Path> deepestFirst = new ArrayList<>(paths.toList());
            deepestFirst.sort(Comparator.reverseOrder());
            for (Path each : deepestFirst) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + path, e);
        }
    }
}
