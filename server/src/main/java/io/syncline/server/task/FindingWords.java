package io.syncline.server.task;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.precheck.Finding;
import io.syncline.server.instance.Addresses;
import io.syncline.server.model.Task;
import java.util.List;

/// What a precheck found, with what only the service knows: what its tasks are called, and where
/// its connections come from.
final class FindingWords {
    private FindingWords() {}

    /// The same finding, in the service's words.
    ///
    /// @param all every task of the service
    static Finding of(Finding it, Task task, List<Task> all) {
        return switch (it.severity()) {
            case OK -> it;
            case WARNING, ERROR ->
                    new Finding(
                            it.check(),
                            it.severity(),
                            it.place(),
                            it.code(),
                            named(it.reason(), task, all),
                            it.remedy() + allow(it));
        };
    }

    /// The engine knows tasks by their ids. What another account calls its own is its affair.
    private static String named(String text, Task task, List<Task> all) {
        String named = text;
        for (Task other : all) {
            boolean own = other.account().equals(task.account()) && !other.id().equals(task.id());
            if (own && named.contains(other.id())) {
                named = named.replace(other.identity(), "'" + other.name() + "'");
            }
        }
        return named;
    }

    private static String allow(Finding it) {
        if (it.code() != ErrorCode.UNREACHABLE || it.severity() != Finding.Severity.ERROR) {
            return "";
        }
        try {
            HostPort place = HostPort.parse(it.place(), HostPort.DEFAULT_PORT);
            return Addresses.allow(Addresses.towards(List.of(place)));
        } catch (SynclineException e) {
            // It is at a group of nodes, or at a file: then every own address may be seen.
            return Addresses.allow(Addresses.all());
        }
    }
}
