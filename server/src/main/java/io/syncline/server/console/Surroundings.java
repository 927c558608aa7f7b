package io.syncline.server.console;

import io.syncline.server.model.Actor;
import io.syncline.server.store.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/// What the process runs with.
///
/// @param data its folder
/// @param log the last lines of the log, oldest first
/// @param sample starts two servers and a task to look at, for who asks; the task's id
public record Surroundings(
        Store store, Path data, Supplier<List<String>> log, Function<Actor, String> sample) {}
