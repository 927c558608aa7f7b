package io.syncline.server.cli;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.link.LinkOptions;
import io.syncline.engine.pair.PairChoices;
import io.syncline.server.demo.Demo;
import io.syncline.server.demo.Scene;
import io.syncline.server.report.ConflictLog;
import io.syncline.server.report.Reporter;
import io.syncline.server.settings.LinkOptionsReader;
import io.syncline.server.settings.PairChoicesReader;
import io.syncline.server.settings.Setting;
import io.syncline.server.settings.Settings;
import io.syncline.server.view.Proof;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/// `syncline demo`: a whole run on servers of its own.
final class DemoCommand {
    static final String DESCRIPTION =
            "Start servers, sync sample data and live traffic, prove both sides equal.";

    private static final String SERVER = "--server";
    private static final String CLUSTERS = "--clusters";
    private static final String TWO_WAY = "--two-way";
    private static final String TOUR = "--tour";
    private static final String FULL_SPEED = "--full-speed";
    private static final String SECONDS = "--seconds";
    private static final String USUAL_SECONDS = "15";

    /// An hour: it is a demonstration.
    private static final int MAX_SECONDS = 3_600;

    private DemoCommand() {}

    static CommandSpec spec(CommandSpec spec) {
        return spec.addOption(
                        OptionSpec.builder(SECONDS)
                                .paramLabel("N")
                                .type(String.class)
                                .description(
                                        "How long live traffic runs. Default: "
                                                + USUAL_SECONDS
                                                + ".")
                                .build())
                .addOption(
                        LinkCommand.flag(
                                CLUSTERS, "Two clusters of three shards, not two servers."))
                .addOption(LinkCommand.flag(TWO_WAY, "Traffic on both sides, kept in step."))
                .addOption(LinkCommand.flag(TOUR, "Between servers, then between clusters."))
                .addOption(
                        LinkCommand.flag(
                                SERVER,
                                "Start the service instead, with a task to look at, until Ctrl-C."))
                .addOption(
                        ServerCommand.option(
                                ServerCommand.LISTEN,
                                "HOST:PORT",
                                "With --server: where to listen. Default: 127.0.0.1:8080."))
                .addOption(
                        LinkCommand.flag(
                                FULL_SPEED,
                                "One way: traffic as fast as the source takes it, not 10,000/s."))
                .addOption(
                        LinkCommand.flag(
                                LinkCommand.JSON, "One JSON event a line on standard output."));
    }

    static ExitCode run(ParseResult parsed, Map<String, String> environment) {
        requireTogether(parsed);
        if (LinkCommand.has(parsed, SERVER)) {
            return ServerDemo.run(parsed, environment);
        }
        Duration duration = duration(parsed.matchedOptionValue(SECONDS, USUAL_SECONDS));
        List<Scene> scenes =
                LinkCommand.has(parsed, TOUR)
                        ? Scene.tour(LinkCommand.has(parsed, TWO_WAY))
                        : List.of(scene(parsed));
        try {
            for (Scene scene : scenes) {
                ExitCode code = show(scene, duration, parsed, environment);
                if (code != ExitCode.DONE) {
                    return code;
                }
            }
            return ExitCode.DONE;
        } catch (IOException e) {
            throw unusable(e);
        } catch (InterruptedException e) {
            return ExitCode.INTERRUPTED;
        }
    }

    /// What a user asked to see.
    static Scene scene(ParseResult parsed) {
        return new Scene(LinkCommand.has(parsed, CLUSTERS), LinkCommand.has(parsed, TWO_WAY));
    }

    private static void requireTogether(ParseResult parsed) {
        boolean server = LinkCommand.has(parsed, SERVER);
        if (parsed.hasMatchedOption(ServerCommand.LISTEN) && !server) {
            throw bad(ServerCommand.LISTEN, "it needs " + SERVER, "Leave it out, or add " + SERVER);
        }
        if (LinkCommand.has(parsed, FULL_SPEED) && (server || scene(parsed).twoWay())) {
            throw bad(
                    FULL_SPEED,
                    "it is for one way only: two sides at full speed outrun the task",
                    "Leave it out");
        }
        if (LinkCommand.has(parsed, TOUR) && (server || scene(parsed).clusters())) {
            throw bad(
                    TOUR,
                    "it shows servers and clusters, and nothing beside them",
                    "Leave out " + CLUSTERS + " and " + SERVER);
        }
    }

    /// What a server of the demonstration does not answer ends it.
    static SynclineException unusable(IOException e) {
        return new SynclineException(
                new Failure(
                        ErrorCode.UNREACHABLE,
                        "demo",
                        "the sample servers cannot be used: " + e.getMessage(),
                        "Run it again; if it repeats, report it"),
                e);
    }

    private static SynclineException bad(String place, String reason, String remedy) {
        return new SynclineException(ErrorCode.BAD_OPTION, place, reason, remedy);
    }

    private static ExitCode show(
            Scene scene, Duration duration, ParseResult parsed, Map<String, String> environment)
            throws IOException, InterruptedException {
        boolean json = LinkCommand.has(parsed, LinkCommand.JSON);
        boolean fast = LinkCommand.has(parsed, FULL_SPEED) && !scene.twoWay();
        try (Demo demo = Demo.prepare(scene)) {
            Reporter reporter = SyncCommand.reporter(json, "demo", environment);
            reporter.say(demo.opening());
            Settings settings = settings(demo);
            LinkOptions options = LinkOptionsReader.read(settings, Map.of());
            PairChoices pair = PairChoicesReader.read(settings);
            LinkRun run = SyncCommand.linkRun(options, pair, reporter, ConflictLog.open(null));
            SyncCommand.stopOnSignals(run::interrupt);
            Thread story =
                    Thread.ofPlatform()
                            .name("demo-story")
                            .daemon()
                            .start(() -> demo.play(duration, fast, stage(run)));
            try {
                return run.run();
            } finally {
                story.interrupt();
            }
        }
    }

    private static Duration duration(String text) {
        if (!text.matches("[0-9]{1,4}")
                || Integer.parseInt(text) < 1
                || Integer.parseInt(text) > MAX_SECONDS) {
            throw bad(
                    SECONDS,
                    "'" + text + "' is not a whole number from 1 to " + MAX_SECONDS,
                    "Write for example " + SECONDS + " 30");
        }
        return Duration.ofSeconds(Integer.parseInt(text));
    }

    private static Settings settings(Demo demo) {
        Settings settings = new Settings();
        settings.offer(Setting.SOURCE, demo.sourceUri());
        settings.offer(Setting.TARGET, demo.targetUri());
        settings.offer(Setting.TASK, "demo");
        settings.offer(Setting.RETRY_MINUTES, "1");
        settings.offer(Setting.SPOOL_DIR, demo.folder().toString());
        if (demo.scene().twoWay()) {
            settings.offer(Setting.TWO_WAY, "true");
        }
        return settings;
    }

    private static Demo.Stage stage(LinkRun run) {
        return new Demo.Stage() {
            @Override
            public void say(String text) {
                run.say(text);
            }

            @Override
            public void proved(Proof proof) {
                run.proved(proof);
            }

            @Override
            public void failed(Failure failure) {
                run.fail(failure);
            }

            @Override
            public void finish() {
                run.finish();
            }
        };
    }
}
