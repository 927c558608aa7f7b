package io.syncline.engine.net;

import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.Endpoint.Topology;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads and prints endpoint URIs: `redis://[user:password@]host:port[,host:port...]`,
/// `redis-cluster://`, `redis-sentinel://...?master=NAME`, each with `s` for TLS (`rediss://`,
/// `rediss-cluster://`, `rediss-sentinel://`) and the parameters `tls=true`, `ca=FILE`,
/// `cert=FILE`, `key=FILE`, `verify-host=false`. And `file:PATH` (or `file:///PATH`) for the files
/// of a server: everything behind it is the path, as it stands.
///
/// User and password are percent-decoded; `:password@` alone is the default user. Errors never
/// repeat the user information.
public final class EndpointUri {
    private static final int SENTINEL_PORT = 26_379;
    private static final String FORMS =
            "Write redis://[user:password@]host:port, redis-cluster://host:port,host:port or"
                    + " redis-sentinel://host:port?master=NAME (rediss:// for TLS), or as a source"
                    + " file:PATH";

    private static final String FILE_SCHEME = "file:";

    private EndpointUri() {}

    /// Reads a URI.
    ///
    /// @param place the option this text came from, for the error
    public static Endpoint parse(String text, String place) {
        if (text.startsWith(FILE_SCHEME)) {
            return Endpoint.ofFile(file(text.substring(FILE_SCHEME.length()), place));
        }
        int scheme = text.indexOf("://");
        if (scheme < 0) {
            throw bad(place, "the value has no '://'");
        }
        String name = text.substring(0, scheme);
        Topology topology =
                switch (name) {
                    case "redis", "rediss", "valkey", "valkeys" -> Topology.STANDALONE;
                    case "redis-cluster", "rediss-cluster" -> Topology.CLUSTER;
                    case "redis-sentinel", "rediss-sentinel" -> Topology.SENTINEL;
                    default -> throw bad(place, unknownScheme(name));
                };
        boolean tls = name.startsWith("rediss") || name.equals("valkeys");
        String rest = text.substring(scheme + 3);
        // A password may hold any of ?, @, / and : as it is; nothing after the last @ is secret.
        int at = rest.lastIndexOf('@');
        Credentials credentials =
                at < 0 ? Credentials.NONE : credentials(rest.substring(0, at), place);
        rest = rest.substring(at + 1);
        int question = rest.indexOf('?');
        Map<String, String> parameters =
                parameters(question < 0 ? "" : rest.substring(question + 1), place);
        String hosts = question < 0 ? rest : rest.substring(0, question);
        int slash = hosts.indexOf('/');
        if (slash >= 0 && slash != hosts.length() - 1) {
            throw bad(place, "a path follows the address; choose databases with --databases");
        }
        hosts = slash < 0 ? hosts : hosts.substring(0, slash);
        int port = topology == Topology.SENTINEL ? SENTINEL_PORT : HostPort.DEFAULT_PORT;
        List<HostPort> addresses =
                Arrays.stream(hosts.split(",", -1)).map(h -> address(h, port, place)).toList();
        String primary = parameters.getOrDefault("master", "");
        if (topology != Topology.SENTINEL && !primary.isEmpty()) {
            throw bad(place, "the parameter 'master' belongs to redis-sentinel://");
        }
        return new Endpoint(topology, addresses, credentials, tls(tls, parameters, place), primary);
    }

    /// `file:///absolute` and `file:relative` are both meant as they look; a host is not.
    private static Path file(String text, String place) {
        if (text.startsWith("//") && !text.startsWith("///")) {
            throw bad(place, "behind file:// stands a host; write file:PATH or file:///PATH");
        }
        String path = text.startsWith("///") ? text.substring(2) : text;
        if (path.isEmpty()) {
            throw bad(place, "file: names no file");
        }
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw bad(place, "it is no path: " + e.getReason());
        }
    }

    private static String unknownScheme(String name) {
        // Anything else before '://' may be user information in the wrong place.
        return name.matches("[a-z][a-z0-9-]*")
                ? "the scheme '" + name + "' is not known"
                : "it does not begin with a scheme";
    }

    /// A password without `@host` behind it reads as an address, so no error repeats the text.
    private static HostPort address(String text, int defaultPort, String place) {
        if (!text.startsWith("[") && text.indexOf(':') != text.lastIndexOf(':')) {
            throw bad(place, "an address has more than one ':' (write an IPv6 host in [ ])");
        }
        try {
            return HostPort.parse(text, defaultPort);
        } catch (SynclineException e) {
            throw bad(place, e.failure().reason());
        }
    }

    private static TlsOptions tls(boolean scheme, Map<String, String> parameters, String place) {
        boolean enabled = flag(parameters, "tls", scheme, place) || scheme;
        boolean verify = flag(parameters, "verify-host", true, place);
        for (String name : List.of("ca", "cert", "key", "verify-host")) {
            if (!enabled && parameters.containsKey(name)) {
                throw bad(place, "the parameter '" + name + "' needs TLS (rediss://)");
            }
        }
        return new TlsOptions(
                enabled,
                path(parameters, "ca", place),
                path(parameters, "cert", place),
                path(parameters, "key", place),
                verify);
    }

    private static boolean flag(
            Map<String, String> parameters, String name, boolean initial, String place) {
        return switch (parameters.getOrDefault(name, initial ? "true" : "false")) {
            case "true" -> true;
            case "false" -> false;
            default -> throw bad(place, "the parameter '" + name + "' is not true or false");
        };
    }

    private static @Nullable Path path(Map<String, String> parameters, String name, String place) {
        String value = parameters.get(name);
        try {
            return value == null ? null : Path.of(value);
        } catch (InvalidPathException e) {
            throw bad(place, "the parameter '" + name + "' is no path: " + e.getReason());
        }
    }

    private static Credentials credentials(String userInfo, String place) {
        int colon = userInfo.indexOf(':');
        if (colon < 0) {
            return new Credentials(decode(userInfo, place), "");
        }
        return new Credentials(
                decode(userInfo.substring(0, colon), place),
                decode(userInfo.substring(colon + 1), place));
    }

    private static String decode(String text, String place) {
        try {
            // '+' is an ordinary letter in user information, unlike in a form.
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            // The exception quotes the text, which may be a password.
            throw bad(place, "a '%' is not followed by two hexadecimal digits (write % as %25)");
        }
    }

    private static Map<String, String> parameters(String query, String place) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            if (!List.of("master", "tls", "ca", "cert", "key", "verify-host").contains(key)) {
                throw bad(place, "the parameter '" + key + "' is not known");
            }
            parameters.put(key, equals < 0 ? "true" : decode(pair.substring(equals + 1), place));
        }
        return parameters;
    }

    static String format(Endpoint endpoint) {
        if (endpoint.isFile()) {
            return FILE_SCHEME + endpoint.file();
        }
        String suffix =
                switch (endpoint.topology()) {
                    case STANDALONE, FILE -> "";
                    case CLUSTER -> "-cluster";
                    case SENTINEL -> "-sentinel";
                };
        String user = endpoint.credentials().user();
        return (endpoint.tls().enabled() ? "rediss" : "redis")
                + suffix
                + "://"
                + (user.isEmpty() ? "" : escaped(user) + "@")
                + endpoint.addresses().stream()
                        .map(HostPort::toString)
                        .collect(Collectors.joining(","))
                + parameters(endpoint);
    }

    private static String parameters(Endpoint endpoint) {
        List<String> pairs = new ArrayList<>();
        if (!endpoint.primaryName().isEmpty()) {
            pairs.add("master=" + escaped(endpoint.primaryName()));
        }
        TlsOptions tls = endpoint.tls();
        addFile(pairs, "ca", tls.caFile());
        addFile(pairs, "cert", tls.certificateFile());
        addFile(pairs, "key", tls.keyFile());
        if (!tls.verifyHost()) {
            pairs.add("verify-host=false");
        }
        return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }

    private static void addFile(List<String> pairs, String name, @Nullable Path file) {
        if (file != null) {
            pairs.add(name + "=" + escaped(file.toString()));
        }
    }

    /// So that what is printed reads back as what it was: the signs that [#parse] takes for its
    /// own, and those that break a line.
    private static String escaped(String text) {
        StringBuilder out = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean plain = c > ' ' && c != 0x7f && "%@:&".indexOf(c) < 0;
            out.append(plain ? String.valueOf(c) : String.format(Locale.ROOT, "%%%02X", (int) c));
        }
        return out.toString();
    }

    private static SynclineException bad(String place, String rule) {
        return new SynclineException(
                ErrorCode.BAD_OPTION, place, "not an endpoint: " + rule, FORMS);
    }
}
