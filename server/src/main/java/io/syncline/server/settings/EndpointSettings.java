package io.syncline.server.settings;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Credentials;
import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.EndpointUri;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads an endpoint and finds its password: in a file, in the URI, in the environment, in that
/// order. No error repeats any part of a secret.
final class EndpointSettings {
    /// A password file holds one line; anything larger is another file, named by mistake.
    private static final int MAX_PASSWORD_FILE_BYTES = 64 << 10;

    private EndpointSettings() {}

    static Endpoint source(Settings settings, Map<String, String> environment) {
        return read(settings, environment, Setting.SOURCE, Setting.SOURCE_PASSWORD_FILE);
    }

    static Endpoint target(Settings settings, Map<String, String> environment) {
        return read(settings, environment, Setting.TARGET, Setting.TARGET_PASSWORD_FILE);
    }

    private static Endpoint read(
            Settings settings, Map<String, String> environment, Setting uri, Setting file) {
        if (settings.text(uri).isBlank()) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    settings.place(uri),
                    "the " + uri.key() + " is missing",
                    "Give "
                            + uri.option()
                            + " redis://host:port, or "
                            + uri.key()
                            + " in --config");
        }
        String place = settings.place(uri);
        Endpoint endpoint = EndpointUri.parse(settings.text(uri).strip(), place);
        if (endpoint.isFile()) {
            return fileEndpoint(settings, endpoint, uri, file);
        }
        mustRead(endpoint.tls().caFile(), place, "ca");
        mustRead(endpoint.tls().certificateFile(), place, "cert");
        mustRead(endpoint.tls().keyFile(), place, "key");
        String password = password(settings, environment, endpoint, uri, file);
        return endpoint.withCredentials(new Credentials(endpoint.credentials().user(), password));
    }

    private static Endpoint fileEndpoint(
            Settings settings, Endpoint endpoint, Setting uri, Setting passwordFile) {
        if (uri != Setting.SOURCE) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    settings.place(uri),
                    "a file can be a source only",
                    "Name a server, for example redis://host:port");
        }
        if (settings.given(passwordFile) != null) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    settings.place(passwordFile),
                    "a file has no password",
                    "Leave " + passwordFile.option() + " out");
        }
        return endpoint;
    }

    private static String password(
            Settings settings,
            Map<String, String> environment,
            Endpoint endpoint,
            Setting uri,
            Setting file) {
        if (settings.given(file) != null) {
            return firstLine(settings.text(file), settings.place(file));
        }
        String inUri = endpoint.credentials().password();
        String variable = "SYNCLINE_" + uri.name() + "_PASSWORD";
        return inUri.isEmpty() ? environment.getOrDefault(variable, "") : inUri;
    }

    private static void mustRead(@Nullable Path file, String place, String parameter) {
        if (file != null && !Files.isReadable(file)) {
            throw new SynclineException(
                    ErrorCode.BAD_OPTION,
                    place,
                    "the file '" + file + "' of the parameter '" + parameter + "' cannot be read",
                    "Name a PEM file that this user may read");
        }
    }

    private static String firstLine(String name, String place) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(Path.of(name))) {
            bytes = in.readNBytes(MAX_PASSWORD_FILE_BYTES + 1);
        } catch (IOException | InvalidPathException e) {
            throw refuse(place, "the file '" + name + "' cannot be read");
        }
        if (bytes.length > MAX_PASSWORD_FILE_BYTES) {
            throw refuse(place, "the file '" + name + "' is too large for a password");
        }
        String line = new String(bytes, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        if (line.isEmpty()) {
            throw refuse(place, "the first line of '" + name + "' is empty");
        }
        return line;
    }

    private static SynclineException refuse(String place, String reason) {
        return new SynclineException(
                ErrorCode.BAD_OPTION,
                place,
                reason,
                "Name a readable file whose first line is the password and nothing else");
    }
}
