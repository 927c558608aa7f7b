package io.syncline.engine.pair;

import io.syncline.engine.ChildProcess;
import io.syncline.engine.twoway.GuardPolicy;
import java.util.List;

/// A two-way task in a process of its own, which a test can kill as `kill -9` does.
final class ChildPair {
    private ChildPair() {}

    static ChildProcess start(int sourcePort, int targetPort) {
        return ChildProcess.start(ChildPair.class, List.of(), sourcePort, targetPort);
    }

    /// Runs a task until it ends, or until this process is killed.
    public static void main(String[] arguments) {
        PairSetup setup =
                PairSetup.of(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        PairTask task =
                new PairTask(
                        setup.options(),
                        new PairChoices(GuardPolicy.Mode.ALWAYS, null),
                        System.out::println,
                        System.out::println);
        System.out.println(task.run());
    }
}
