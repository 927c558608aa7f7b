package io.syncline.server.console;

import io.syncline.server.store.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/// What the process runs with, for the system page.
///
/// @param data its folder
/// @param log the last lines of the log, oldest first
public record Surroundings(Store store, Path data, Supplier<List<String>> log) {}
