package io.syncline.server.instance;

import io.syncline.engine.net.Endpoint;
import io.syncline.engine.net.Endpoint.Topology;
import io.syncline.engine.net.EndpointUri;
import io.syncline.engine.net.HostPort;
import io.syncline.server.model.Names;
import io.syncline.server.model.Problem;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a user enters to register an instance. Null is not given.
///
/// @param uri all in one, as on the command line; the other fields override it
/// @param password in clear, only on its way into the vault
public record Draft(
        @Nullable String name,
        @Nullable String uri,
        @Nullable Topology topology,
        @Nullable List<String> addresses,
        @Nullable String primaryName,
        @Nullable String user,
        @Nullable String password,
        @Nullable Boolean tls,
        @Nullable Boolean verifyHost,
        @Nullable String caPem) {
    private static final int MAX_ADDRESSES = 64;

    /// Letters of any language, digits, dots, hyphens; of an IPv6 address colons and its zone.
    private static final Pattern HOST = Pattern.compile("[\\p{L}\\p{N}._-]+|[0-9A-Fa-f:.]+(%.+)?");

    /// Without the password.
    @Override
    public String toString() {
        return "draft of " + (name == null ? "an instance" : name);
    }

    /// What the fields come to.
    record Resolved(
            Topology topology,
            List<String> addresses,
            String primaryName,
            String user,
            @Nullable String password,
            boolean tls,
            boolean verifyHost,
            String caPem) {
        @Override
        public String toString() {
            return topology + " " + addresses;
        }
    }

    /// Draws all together.
    ///
    /// @param before what holds for a field that is not given
    Resolved resolve(Resolved before) {
        Resolved base = uri == null || uri.isBlank() ? before : fromUri(uri, before);
        Resolved all =
                new Resolved(
                        topology == null ? base.topology() : topology,
                        addresses == null ? base.addresses() : addresses,
                        primaryName == null ? base.primaryName() : primaryName.strip(),
                        user == null ? base.user() : user.strip(),
                        password == null ? base.password() : password,
                        tls == null ? base.tls() : tls,
                        verifyHost == null ? base.verifyHost() : verifyHost,
                        caPem == null ? base.caPem() : caPem.strip());
        if (all.addresses().isEmpty() || all.addresses().size() > MAX_ADDRESSES) {
            throw Problem.badRequest(
                    "addresses",
                    "an instance has 1 to " + MAX_ADDRESSES + " addresses",
                    "Give one or several, such as 10.0.0.7:6379, or a uri");
        }
        all.addresses().forEach(a -> requireHost(HostPort.parse(a, HostPort.DEFAULT_PORT)));
        if (all.topology() == Topology.FILE) {
            throw Problem.badRequest(
                    "topology", "a file is no instance", "One of standalone, cluster, sentinel");
        }
        if (all.topology() == Topology.SENTINEL && all.primaryName().isEmpty()) {
            throw Problem.badRequest(
                    "primaryName",
                    "a sentinel endpoint must say which primary it means",
                    "Give its name as in the sentinels' 'sentinel monitor NAME ...'");
        }
        if (!all.caPem().isEmpty() && !all.caPem().contains("BEGIN CERTIFICATE")) {
            throw Problem.badRequest(
                    "caPem", "this is no certificate in PEM form", "Paste the CA's PEM file");
        }
        return all;
    }

    /// What was meant as one name and has blanks in it comes as several.
    private static void requireHost(HostPort address) {
        if (!HOST.matcher(address.host()).matches()) {
            throw Problem.badRequest(
                    "addresses",
                    "'" + Names.shown(address.host()) + "' is no host name",
                    "Write host:port, for example 10.0.0.7:6379, and commas between several");
        }
    }

    private static Resolved fromUri(String uri, Resolved before) {
        Endpoint endpoint = EndpointUri.parse(uri.strip(), "uri");
        if (endpoint.isFile()
                || endpoint.tls().caFile() != null
                || endpoint.tls().certificateFile() != null
                || endpoint.tls().keyFile() != null) {
            // Files of the server are not the caller's to name.
            throw Problem.badRequest(
                    "uri",
                    "a URI here may not name files of the service's machine (file:, ca, cert, key)",
                    "Give the CA's certificate as text in caPem; copy a file with ./syncline sync");
        }
        String password = endpoint.credentials().password();
        return new Resolved(
                endpoint.topology(),
                endpoint.addresses().stream().map(HostPort::toString).toList(),
                endpoint.primaryName(),
                endpoint.credentials().user(),
                password.isEmpty() ? before.password() : password,
                endpoint.tls().enabled(),
                endpoint.tls().verifyHost(),
                before.caPem());
    }
}
