package io.syncline.bench;

import io.syncline.testkit.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;

/// Where a table was measured; without it a number says nothing.
final class Environment {
    private Environment() {}

    static String describe() {
        MarkdownTable table = new MarkdownTable("environment", "");
        table.row("date", LocalDate.now(ZoneOffset.UTC).toString());
        table.row("processors", Runtime.getRuntime().availableProcessors() + " x " + processor());
        table.row("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        try (RedisServer server = RedisServer.start(Site.binary())) {
            table.row("servers", server.version() + ", allocator " + server.info("mem_allocator"));
        }
        table.row("Syncline", output("./syncline", "--version"));
        table.row("JDK (of the benchmark)", System.getProperty("java.vm.version"));
        table.row("load before the run", firstLine("/proc/loadavg"));
        return table.toString();
    }

    private static String processor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown (" + e + ")";
        }
    }

    private static String firstLine(String file) {
        try {
            return Files.readString(Path.of(file)).lines().findFirst().orElse("");
        } catch (IOException e) {
            return "unknown (" + e + ")";
        }
    }

    private static String output(String... command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            byte[] bytes = process.getInputStream().readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "unknown (" + e + ")";
        }
    }
}
