package io.syncline.engine.link;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;

/// What is said when a pipeline meets an exception that nobody foresaw.
final class Breakdown {
    private Breakdown() {}

    static Failure of(Throwable e, Workshop shop) {
        if (e instanceof OutOfMemoryError) {
            return new Failure(
                    ErrorCode.OUT_OF_MEMORY,
                    shop.place(),
                    "one value or command needs more memory than this process may use ("
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MB)",
                    "Give it more, for example SYNCLINE_JAVA_OPTS=-Xmx4g: the largest value needs twice"
                            + " its size; the task goes on where it stopped");
        }
        System.getLogger(Breakdown.class.getName())
                .log(System.Logger.Level.ERROR, "pipeline " + shop.shard(), e);
        return new Failure(
                ErrorCode.INTERNAL,
                shop.place(),
                e.toString(),
                "Start the task again, it goes on where it stopped; report this with the log");
    }
}
