package io.syncline.engine.precheck;

import io.syncline.engine.cluster.Instance;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.AtOnce;
import io.syncline.engine.net.Connection;
import io.syncline.engine.net.Connector;
import io.syncline.engine.net.HostPort;
import io.syncline.engine.net.TlsOptions;
import io.syncline.engine.precheck.Finding.Severity;
import io.syncline.engine.resp.RespFormatException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Opens one side, shard by shard: is there a server, does it speak TLS as we do, does it let us
/// in.
final class Connecting {
    private static final String REACH =
            "Check host and port, that the server runs and listens on that address, and that"
                    + " firewalls and allow lists let this machine through";

    /// What speaks at all says so at once.
    private static final Duration PROBE_LIMIT = Duration.ofSeconds(3);

    private final String side;
    private final Instance instance;
    private final List<Finding> findings;
    private final List<Node> opened;
    private final Verdict connection;
    private final Verdict tls;
    private final Verdict authentication;
    private final List<Node> nodes = new ArrayList<>();
    private boolean failed;

    /// Names one side.
    ///
    /// @param opened where open nodes are noted, whatever happens; several threads do so
    Connecting(String side, Instance instance, List<Finding> findings, List<Node> opened) {
        this.side = side;
        this.instance = instance;
        this.findings = findings;
        this.opened = opened;
        this.connection = new Verdict(side + Checks.CONNECTION, findings);
        this.tls = new Verdict(side + Checks.TLS, findings);
        this.authentication = new Verdict(side + Checks.AUTHENTICATION, findings);
    }

    Side connect() {
        HostPort first = instance.endpoint().addresses().getFirst();
        try {
            for (Connecting one : AtOnce.each(instance.shards(), this::openShard)) {
                findings.addAll(one.findings);
                nodes.addAll(one.nodes);
                failed |= one.failed;
            }
        } catch (SynclineException e) {
            refused(e.failure());
        } catch (IOException | RespFormatException e) {
            away(first, e);
        }
        return new Side(side, instance, nodes, !failed);
    }

    private Connecting openShard(Instance.Shard shard) {
        Connecting one = new Connecting(side, instance, new ArrayList<>(), opened);
        one.open(shard.primary());
        return one;
    }

    private void open(HostPort address) {
        try {
            Node node = Node.open(instance.connector(), address);
            opened.add(node);
            nodes.add(node);
            if (node.info().field("redis_mode").equals("sentinel")) {
                throw new SynclineException(
                        ErrorCode.TOPOLOGY_UNUSABLE,
                        address.toString(),
                        "this is a sentinel, which holds no data",
                        "Write redis-sentinel://host:port?master=NAME, or name the server itself");
            }
            connection.ok(address, node.info().product() + " answers");
            if (usesTls()) {
                tls.ok(address, "TLS, with a certificate that is trusted");
            }
            String user = node.user();
            authentication.ok(address, user.isEmpty() ? "the server lets us in" : "as " + user);
        } catch (SynclineException e) {
            refused(e.failure());
        } catch (IOException | RespFormatException e) {
            away(address, e);
        }
    }

    private boolean usesTls() {
        return instance.endpoint().tls().enabled();
    }

    private void refused(Failure failure) {
        failed = true;
        Verdict verdict =
                switch (failure.code()) {
                    case TLS_FAILED -> tls;
                    case NOT_AUTHENTICATED, NOT_PERMITTED -> authentication;
                    default -> connection;
                };
        verdict.add(Severity.ERROR, failure);
    }

    private void away(HostPort address, Exception e) {
        failed = true;
        // Words of a server: to try TLS with it would take seconds.
        if (Failure.words(e).contains("cluster support disabled")) {
            connection.error(
                    address,
                    ErrorCode.TOPOLOGY_UNUSABLE,
                    "the " + side + " is no cluster: " + Failure.words(e),
                    "Write redis:// instead of redis-cluster://, or name a node of the cluster");
            return;
        }
        if (Failure.words(e).contains("the sentinel answers 'ERR unknown command")) {
            connection.error(
                    address,
                    ErrorCode.TOPOLOGY_UNUSABLE,
                    "this is no sentinel: it knows no SENTINEL command",
                    "Name a sentinel, usually at port 26379, or write redis:// for the server"
                            + " itself");
            return;
        }
        // Where nobody takes the connection, nobody speaks anything.
        boolean taken = !Failure.words(e).contains("while connecting");
        if (taken && usesTls() && speaksPlain(address)) {
            tls.error(
                    address,
                    ErrorCode.TLS_FAILED,
                    "TLS was asked for and this port does not speak it",
                    "Write redis:// instead of rediss://, or name the port that speaks TLS");
            return;
        }
        if (taken && !usesTls() && speaksTls(address)) {
            tls.error(
                    address,
                    ErrorCode.TLS_FAILED,
                    "this port speaks TLS only",
                    "Write rediss:// instead of redis://, or name the port that speaks plain text");
            return;
        }
        if (Failure.words(e).contains(Connector.BROKEN_BEHIND_HANDSHAKE)) {
            tls.error(
                    address,
                    ErrorCode.TLS_FAILED,
                    Failure.words(e) + "; it may ask for a client certificate",
                    "Name one that it trusts, and its key: cert=FILE&key=FILE in the URI; or see the"
                            + " server's log");
            return;
        }
        boolean announced = !instance.endpoint().addresses().contains(address);
        connection.error(
                address,
                ErrorCode.UNREACHABLE,
                "the " + side + " cannot be reached: " + Failure.words(e),
                announced
                        ? "The instance itself names this address: make it reachable from here, or set"
                                + " cluster-announce-ip (in a cluster) or replica-announce-ip (with"
                                + " sentinel) to one that is"
                        : REACH);
    }

    /// Whether a server answers there without TLS, whatever it answers.
    private boolean speaksPlain(HostPort address) {
        try (Connection plain =
                instance.connector().probing(TlsOptions.OFF).open(address, PROBE_LIMIT)) {
            return plain.address().equals(address);
        } catch (SynclineException e) {
            return e.failure().code() == ErrorCode.NOT_AUTHENTICATED;
        } catch (IOException | RespFormatException e) {
            debug("trying without TLS", e);
            return false;
        }
    }

    /// Whether a server answers there with TLS, trusted or not.
    private boolean speaksTls(HostPort address) {
        try (Connection secured =
                instance.connector().probing(TlsOptions.ON).open(address, PROBE_LIMIT)) {
            return secured.address().equals(address);
        } catch (SynclineException e) {
            // A certificate came, and was not liked: it is TLS. Other bytes are no TLS at all.
            return e.failure().code() == ErrorCode.NOT_AUTHENTICATED
                    || e.failure().reason().contains("PKIX")
                    || e.failure().reason().contains("certificate");
        } catch (IOException | RespFormatException e) {
            debug("trying with TLS", e);
            return false;
        }
    }

    private static void debug(String what, Exception e) {
        System.getLogger(Connecting.class.getName()).log(System.Logger.Level.DEBUG, what, e);
    }
}
