package io.syncline.server.client;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.server.security.OwnerOnly;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which service the command line talks to, and its token: from the environment, else from a file
/// that only its owner may read.
///
/// @param url `http://127.0.0.1:8080`
/// @param token of the REST interface; empty before the login
/// @param ca PEM file of the CA that the service's certificate is signed by; empty for those that
///   Java trusts
public record Login(String url, String token, String ca) {
    public static final String CA_VARIABLE = "SYNCLINE_CA";
    public static final String URL_VARIABLE = "SYNCLINE_URL";
    public static final String TOKEN_VARIABLE = "SYNCLINE_TOKEN";
    public static final String USUAL_URL = "http://127.0.0.1:8080";

    /// Without the token.
    @Override
    public String toString() {
        return url;
    }

    public static Login find(Map<String, String> environment) {
        String token = environment.getOrDefault(TOKEN_VARIABLE, "");
        if (!token.isEmpty()) {
            return new Login(
                    environment.getOrDefault(URL_VARIABLE, USUAL_URL),
                    token,
                    environment.getOrDefault(CA_VARIABLE, ""));
        }
        Path file = file(environment);
        try {
            List<String> lines = Files.readAllLines(file);
            if (lines.size() >= 2) {
                return new Login(
                        environment.getOrDefault(URL_VARIABLE, lines.get(0)),
                        lines.get(1),
                        environment.getOrDefault(
                                CA_VARIABLE, lines.size() > 2 ? lines.get(2) : ""));
            }
        } catch (IOException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            "login",
                            "nobody is logged in: " + file + " cannot be read",
                            "Run ./syncline login, or set " + TOKEN_VARIABLE),
                    e);
        }
        throw new SynclineException(
                ErrorCode.BAD_OPTION,
                "login",
                "the file " + file + " is not what ./syncline login writes",
                "Run ./syncline login again");
    }

    /// Where the file is.
    public static Path file(Map<String, String> environment) {
        String configured = environment.getOrDefault("XDG_CONFIG_HOME", "");
        Path folder =
                configured.isEmpty() ? home(environment).resolve(".config") : Path.of(configured);
        return folder.resolve("syncline").resolve("login");
    }

    /// What Java takes for it is not what a shell does where HOME is set otherwise.
    private static Path home(Map<String, String> environment) {
        String home = environment.getOrDefault("HOME", "");
        return Path.of(home.isEmpty() ? System.getProperty("user.home", ".") : home);
    }

    /// Keeps it for the next command.
    public void keep(Map<String, String> environment) {
        Path file = file(environment);
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(file);
            try (var out =
                    Files.newByteChannel(
                            file,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            OwnerOnly.file())) {
                out.write(
                        ByteBuffer.wrap(
                                String.join("\n", url, token, ca, "")
                                        .getBytes(StandardCharsets.UTF_8)));
            }
        } catch (IOException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            file.toString(),
                            "the login cannot be kept there: " + e.getClass().getSimpleName(),
                            "Make the folder writable, or set XDG_CONFIG_HOME"),
                    e);
        }
    }
}
