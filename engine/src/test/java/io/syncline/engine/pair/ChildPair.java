package io.syncline.engine.pair;

import io.syncline.engine.ChildProcess;
import io.syncline.engine.twoway.GuardPolicy;
import io.syncline.testkit.Instance;
import java.util.List;

/// A two-way task in a process of its own, which a test can kill as `kill -9` does.
final class ChildPair {
    private ChildPair() {}

    static ChildProcess start(Instance source, Instance target) {
        return ChildProcess.start(
                ChildPair.class, List.of(), PairSetup.text(source), PairSetup.text(target));
    }

    /// Runs a task until it ends, or until this process is killed.
    public static void main(String[] arguments) {
        PairSetup setup = PairSetup.between(arguments[0], arguments[1]);
        PairTask task =
                new PairTask(
                        setup.options(),
                        new PairChoices(GuardPolicy.Mode.ALWAYS, null),
                        System.out::println,
                        System.out::println);
        System.out.println(task.run());
    }
}
