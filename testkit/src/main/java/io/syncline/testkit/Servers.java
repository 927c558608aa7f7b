package io.syncline.testkit;

import io.syncline.testkit.ServerBinary.Origin;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The server programs that tests can run here: the embedded one always, those that
/// `testkit/servers.sh` unpacked, and those on the PATH.
///
/// `-Dservers=redis-6,valkey` keeps those whose name begins with one of the words; the embedded
/// server stays, as the default of every test. The methods that return lists serve as JUnit method
/// sources: `@MethodSource("io.syncline.testkit.Servers#all")`.
public final class Servers {
    /// The version inside org.signal:embedded-redis 0.9.1, for Linux and macOS.
    private static final ServerVersion EMBEDDED_VERSION = ServerVersion.parse("redis-7.0.15");

    private static final Pattern BANNER = Pattern.compile("(\\w+) server v=([0-9.]+)");

    private static final Comparator<ServerBinary> ORDER =
            Comparator.comparing(ServerBinary::version).thenComparing(ServerBinary::origin);

    private Servers() {}

    /// Every program, oldest first, Redis before Valkey.
    public static List<ServerBinary> all() {
        return Found.ALL;
    }

    /// The server that is always there: Redis 7.0.15, without TLS.
    public static ServerBinary embedded() {
        return Found.EMBEDDED;
    }

    /// One program per version, without copies of one version.
    public static List<ServerBinary> versions() {
        return those(binary -> true);
    }

    /// One program per version that can run as a cluster node.
    public static List<ServerBinary> clusterVersions() {
        return those(binary -> binary.version().hasCluster());
    }

    /// One program per version, of those that fit.
    public static List<ServerBinary> those(Predicate<ServerBinary> fits) {
        List<ServerBinary> chosen = new ArrayList<>();
        for (ServerBinary binary : all()) {
            boolean another =
                    chosen.isEmpty() || !chosen.getLast().version().equals(binary.version());
            if (another && fits.test(binary)) {
                chosen.add(binary);
            }
        }
        return List.copyOf(chosen);
    }

    /// The newest program whose name begins so, for instance `redis-6` or `valkey`.
    public static Optional<ServerBinary> find(String prefix) {
        return all().stream()
                .filter(binary -> binary.name().startsWith(prefix))
                .max(Comparator.comparing(ServerBinary::version));
    }

    /// The newest program that was built with TLS.
    public static Optional<ServerBinary> withTls() {
        return all().stream()
                .filter(ServerBinary::tls)
                .max(Comparator.comparing(ServerBinary::version));
    }

    /// Looked up once per JVM: neither programs nor PATH change while tests run.
    private static final class Found {
        static final ServerBinary EMBEDDED =
                new ServerBinary(EMBEDDED_VERSION, unpackEmbedded(), Origin.EMBEDDED, false);
        static final List<ServerBinary> ALL = lookUp();

        private static List<ServerBinary> lookUp() {
            List<ServerBinary> found = new ArrayList<>();
            unpacked().forEach(found::add);
            installed().forEach(found::add);
            String[] words = System.getProperty("servers", "").split(",");
            found.removeIf(binary -> Arrays.stream(words).noneMatch(binary.name()::startsWith));
            found.add(EMBEDDED);
            found.sort(ORDER);
            // A test run says what it covers: a version that is missing is no failure.
            System.err.println("testkit: servers here are " + found);
            return List.copyOf(found);
        }
    }

    private static Stream<ServerBinary> unpacked() {
        Path folder = repositoryRoot().resolve(".servers");
        if (!Files.isDirectory(folder)) {
            return Stream.of();
        }
        try (Stream<Path> folders = Files.list(folder)) {
            return folders.map(Servers::unpacked).filter(Objects::nonNull).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static @Nullable ServerBinary unpacked(Path folder) {
        Path version = folder.resolve("version");
        Path executable = folder.resolve("bin").resolve("redis-server");
        if (!Files.exists(version) || !Files.isExecutable(executable)) {
            return null;
        }
        try {
            ServerVersion parsed = ServerVersion.parse(Files.readString(version));
            return new ServerBinary(parsed, executable, Origin.UNPACKED, parsed.hasAclAndTls());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + version, e);
        }
    }

    private static Stream<ServerBinary> installed() {
        String path = Objects.requireNonNullElse(System.getenv("PATH"), "");
        return Arrays.stream(path.split(Pattern.quote(File.pathSeparator)))
                .flatMap(folder ->
                        Stream.of("redis-server", "valkey-server")
                                .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .map(Servers::installed)
                .filter(Objects::nonNull);
    }

    private static @Nullable ServerBinary installed(Path executable) {
        String banner = bannerOf(executable);
        Matcher matcher = BANNER.matcher(banner);
        if (!matcher.find()) {
            System.err.println("testkit: " + executable + " does not say its version: " + banner);
            return null;
        }
        String product = matcher.group(1).toLowerCase(Locale.ROOT);
        ServerVersion version = ServerVersion.parse(product + "-" + matcher.group(2));
        // A build says nothing of TLS in its banner; distributions build with it.
        return new ServerBinary(version, executable, Origin.INSTALLED, version.hasAclAndTls());
    }

    private static String bannerOf(Path executable) {
        try {
            Process process =
                    new ProcessBuilder(executable.toString(), "--version")
                            .redirectErrorStream(true)
                            .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + executable, e);
        }
    }

    /// The first folder upwards that holds both `testkit/` and a POM.
    private static Path repositoryRoot() {
        Path start = Path.of(System.getProperty("user.dir", ".")).toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("testkit"))
                    && Files.exists(folder.resolve("pom.xml"))) {
                return folder;
            }
        }
        return start;
    }

    private static Path unpackEmbedded() {
        String name = "redis-server-" + embeddedVersionText() + "-" + platform();
        try (InputStream resource = Servers.class.getClassLoader().getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException(
                        "embedded-redis carries no " + name + " for this machine");
            }
            Path folder = Files.createTempDirectory("testkit-embedded-");
            Path executable = folder.resolve("redis-server");
            Files.copy(resource, executable);
            if (!executable.toFile().setExecutable(true)) {
                throw new IllegalStateException("cannot make " + executable + " executable");
            }
            // Files go before their folder: the hook deletes in reverse order of registration.
            folder.toFile().deleteOnExit();
            executable.toFile().deleteOnExit();
            return executable;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + name, e);
        }
    }

    private static String embeddedVersionText() {
        return EMBEDDED_VERSION.major()
                + "."
                + EMBEDDED_VERSION.minor()
                + "."
                + EMBEDDED_VERSION.patch();
    }

    private static String platform() {
        boolean mac = System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("mac");
        String arch = System.getProperty("os.arch", "");
        boolean arm = arch.equals("aarch64") || arch.equals("arm64");
        return (mac ? "darwin" : "linux") + "-" + (arm ? "arm64" : "amd64");
    }
}
