package io.syncline.bench;

import io.syncline.testkit.RedisServer;
import java.util.List;

/// Time and processor time from its making to [#stop].
final class Meter {
    private final List<RedisServer> sources;
    private final List<RedisServer> targets;
    private final double sourceCpu;
    private final double targetCpu;
    private final double childrenCpu;
    private final double benchCpu;
    private final double machineCpu;
    private final long startNanos;

    Meter(List<RedisServer> sources, List<RedisServer> targets) {
        this.sources = sources;
        this.targets = targets;
        this.sourceCpu = cpu(sources);
        this.targetCpu = cpu(targets);
        this.childrenCpu = ProcFiles.endedChildrenCpuSeconds();
        this.benchCpu = ProcFiles.ownCpuSeconds();
        this.machineCpu = ProcFiles.machineCpuSeconds();
        this.startNanos = System.nanoTime();
    }

    /// What was spent so far. Children of this JVM count once they have ended.
    Cost stop() {
        double seconds = seconds();
        double source = cpu(sources) - sourceCpu;
        double target = cpu(targets) - targetCpu;
        double children = ProcFiles.endedChildrenCpuSeconds() - childrenCpu;
        double bench = ProcFiles.ownCpuSeconds() - benchCpu;
        double others =
                ProcFiles.machineCpuSeconds() - machineCpu - source - target - children - bench;
        return new Cost(seconds, source, target, children, Math.max(0, others));
    }

    double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    private static double cpu(List<RedisServer> servers) {
        return servers.stream().mapToDouble(server -> ProcFiles.cpuSeconds(server.pid())).sum();
    }

    /// All in seconds.
    ///
    /// @param own processor time of the Syncline process; 0 for the native replica
    /// @param others processor time of processes that are none of ours: how busy the machine was
    record Cost(double seconds, double source, double target, double own, double others) {
        /// The same, of work that was done before the meter stopped.
        Cost in(double lessSeconds) {
            double others = this.others * lessSeconds / seconds;
            return new Cost(lessSeconds, source, target, own, others);
        }

        /// Of one thing done behind another.
        Cost plus(Cost more) {
            return new Cost(
                    seconds + more.seconds,
                    source + more.source,
                    target + more.target,
                    own + more.own,
                    others + more.others);
        }

        /// Processors taken by others, on average.
        double busyProcessors() {
            return others / seconds;
        }
    }
}
