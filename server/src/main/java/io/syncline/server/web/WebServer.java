package io.syncline.server.web;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinBindException;
import io.syncline.engine.fault.ErrorCode;
import io.syncline.engine.fault.Failure;
import io.syncline.engine.fault.SynclineException;
import io.syncline.engine.net.HostPort;
import java.net.BindException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/// The running web server.
public final class WebServer implements AutoCloseable {
    /// Nothing that anybody sends us is larger: certificates and YAML files take kilobytes.
    private static final long MAX_REQUEST_BYTES = 1 << 20;

    /// Until a task is created the wizard's fields stand in the address, rules for keys among them
    /// (4,000 letters, up to three bytes each as `%XX` where they are signs).
    private static final int MAX_HEADER_BYTES = 32 << 10;

    private final Javalin javalin;
    private final HostPort address;

    private WebServer(Javalin javalin, HostPort address) {
        this.javalin = javalin;
        this.address = address;
    }

    /// Starts to listen.
    ///
    /// @param tls null for plain HTTP
    /// @param routes what each part of the service adds
    public static WebServer start(
            HostPort address,
            @Nullable Certificate tls,
            Gate gate,
            List<Consumer<JavalinConfig>> routes) {
        Javalin javalin =
                Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.startup.showOldJavalinVersionWarning = false;
                    config.startup.startupWatcherEnabled = false;
                    config.http.maxRequestSize = MAX_REQUEST_BYTES;
                    config.http.prefer405over404 = true;
                    config.concurrency.useVirtualThreads = true;
                    config.jetty.modifyHttpConfiguration(http -> {
                        http.setSendServerVersion(false);
                        http.setRequestHeaderSize(MAX_HEADER_BYTES);
                        http.setResponseHeaderSize(MAX_HEADER_BYTES);
                    });
                    config.jetty.modifyServer(server -> server.setErrorHandler(new RawErrors()));
                    config.jetty.addConnector(
                            (server, http) -> connector(server, http, tls, address));
                    gate.guard(config, tls != null);
                    routes.forEach(each -> each.accept(config));
                });
        try {
            javalin.start();
        } catch (JavalinBindException e) {
            throw new SynclineException(
                    new Failure(
                            ErrorCode.BAD_OPTION,
                            "--listen",
                            "the address " + address + " cannot be used: " + why(e),
                            "Choose another one, for example --listen 127.0.0.1:8081"),
                    e);
        }
        return new WebServer(javalin, new HostPort(address.host(), javalin.port()));
    }

    /// The system's own words, which are the same wherever Java runs on POSIX, in ours.
    private static String why(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof UnresolvedAddressException || e instanceof UnknownHostException) {
                return "the name is not known here";
            }
            if (e instanceof BindException) {
                String words = String.valueOf(e.getMessage());
                return words.contains("Cannot assign")
                        ? "it is no address of this machine"
                        : words.contains("denied")
                                ? "this user may not use the port"
                                : "another program has it";
            }
        }
        return "it cannot be listened on";
    }

    private static ServerConnector connector(
            org.eclipse.jetty.server.Server server,
            HttpConfiguration http,
            @Nullable Certificate tls,
            HostPort address) {
        ServerConnector connector;
        if (tls == null) {
            connector = new ServerConnector(server, new HttpConnectionFactory(http));
        } else {
            // Names differ behind proxies; the certificate is the client's to check.
            http.addCustomizer(new SecureRequestCustomizer(false));
            SslContextFactory.Server factory = new SslContextFactory.Server();
            factory.setKeyStore(tls.keyStore());
            factory.setKeyStorePassword(tls.password());
            connector =
                    new ServerConnector(
                            server,
                            new SslConnectionFactory(factory, "http/1.1"),
                            new HttpConnectionFactory(http));
        }
        connector.setHost(address.host());
        connector.setPort(address.port());
        return connector;
    }

    /// Where it listens; the port is the real one, also when 0 was asked for.
    public HostPort address() {
        return address;
    }

    @Override
    public void close() {
        javalin.stop();
    }
}
