package io.syncline.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// `./bench/run [--quick] [--verbose] [--repeats N] [scenario...]`
public final class Bench {
    private static final int SHARDS = 3;

    private Bench() {}

    public static void main(String[] arguments) {
        Map<String, Scenario> scenarios = new LinkedHashMap<>();
        scenarios.put("catch-up", new CatchUp(1));
        scenarios.put("snapshot", new Snapshot(1));
        scenarios.put("latency", new Latency());
        scenarios.put("cluster-catch-up", new CatchUp(SHARDS));
        scenarios.put("cluster-snapshot", new Snapshot(SHARDS));
        scenarios.put("cpu", new CpuPerCommand(1));
        scenarios.put("cluster-cpu", new CpuPerCommand(SHARDS));
        scenarios.put("two-way", new TwoWay(1));
        scenarios.put("cluster-two-way", new TwoWay(SHARDS));
        scenarios.put("allocation", new Allocation());
        scenarios.put("verify", new Verify());
        scenarios.put("profile", new Profile());
        Options options = parse(arguments, scenarios);
        List<String> chosen =
                options.scenarios().isEmpty()
                        ? List.copyOf(scenarios.keySet())
                        : options.scenarios();
        System.out.println(Environment.describe());
        for (String name : chosen) {
            Scenario scenario = scenarios.get(name);
            if (scenario != null) {
                System.out.println("### " + name + "\n");
                System.out.println(scenario.measure(options));
            }
        }
    }

    private static Options parse(String[] arguments, Map<String, Scenario> scenarios) {
        try {
            Options options = Options.parse(arguments);
            for (String name : options.scenarios()) {
                if (!scenarios.containsKey(name)) {
                    throw new IllegalArgumentException("no scenario " + name);
                }
            }
            return options;
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println(
                    "Usage: ./bench/run [--quick] [--verbose] [--repeats N] [scenario...]\n"
                            + "Scenarios: "
                            + String.join(", ", scenarios.keySet()));
            System.exit(2);
            throw e;
        }
    }
}
