package io.syncline.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a [RedisServer] shall be; each line is written only when its version knows it.
public final class RedisServerBuilder {
    static final String CONFIG_FILE = "server.conf";

    ServerBinary binary = Servers.embedded();
    int port;
    boolean clustered;
    private @Nullable String password;
    private @Nullable TlsCertificates tls;
    private @Nullable Endpoint primary;
    private boolean unixSocket;
    private final List<String> lines = new ArrayList<>();

    RedisServerBuilder() {}

    public RedisServerBuilder binary(ServerBinary chosen) {
        binary = chosen;
        return this;
    }

    /// Lines as they stand in the server's configuration file.
    public RedisServerBuilder config(String... more) {
        lines.addAll(Arrays.asList(more));
        return this;
    }

    /// A fixed port; a free one is chosen otherwise.
    public RedisServerBuilder port(int fixed) {
        port = fixed;
        return this;
    }

    /// Cluster mode; [RedisCluster] makes several such nodes one cluster.
    public RedisServerBuilder cluster() {
        clustered = true;
        return this;
    }

    public RedisServerBuilder password(String secret) {
        password = secret;
        return this;
    }

    /// Listens with TLS only; clients need no certificate, but may show one.
    public RedisServerBuilder tls(TlsCertificates certificates) {
        tls = certificates;
        return this;
    }

    public RedisServerBuilder replicaOf(RedisServer server) {
        primary = server.endpoint();
        return this;
    }

    /// Listens on [RedisServer#unixSocket] too.
    public RedisServerBuilder unixSocket() {
        unixSocket = true;
        return this;
    }

    /// Starts the process and waits until it answers.
    public RedisServer start() {
        return RedisServer.start(this);
    }

    Endpoint endpoint(int chosenPort) {
        return new Endpoint(
                RedisServer.HOST,
                chosenPort,
                password,
                tls == null ? null : tls.clientContext().getSocketFactory());
    }

    List<String> configuration(Path folder, int chosenPort) {
        List<String> all = new ArrayList<>();
        all.add("bind " + RedisServer.HOST);
        all.add("dir " + folder);
        all.add("save \"\"");
        // Full synchronizations wait for a second replica otherwise; known since 2.8.18.
        all.add("repl-diskless-sync-delay 0");
        if (binary.version().hasDebugSwitch()) {
            all.add("enable-debug-command yes");
        }
        addListeners(all, folder, chosenPort);
        addRoles(all);
        all.addAll(lines);
        return all;
    }

    private void addListeners(List<String> all, Path folder, int chosenPort) {
        if (tls == null) {
            all.add("port " + chosenPort);
        } else if (!binary.tls()) {
            throw new IllegalArgumentException(
                    binary + " was built without TLS; take one of Servers.withTls()");
        } else {
            all.add("port 0");
            all.add("tls-port " + chosenPort);
            all.add("tls-cert-file " + tls.serverCertificate());
            all.add("tls-key-file " + tls.serverKey());
            all.add("tls-ca-cert-file " + tls.authority());
            all.add("tls-auth-clients optional");
            all.add("tls-replication yes");
            if (clustered) {
                all.add("tls-cluster yes");
            }
        }
        if (unixSocket) {
            all.add("unixsocket " + folder.resolve("unix.sock"));
        }
    }

    private void addRoles(List<String> all) {
        if (password != null) {
            all.add("requirepass " + password);
            all.add("masterauth " + password);
        }
        if (clustered) {
            all.add("cluster-enabled yes");
            all.add("cluster-config-file nodes.conf");
        }
        if (primary != null) {
            // The old word: every version knows it.
            all.add("slaveof " + primary.host() + " " + primary.port());
            if (primary.password() != null) {
                all.add("masterauth " + primary.password());
            }
        }
    }
}
