// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.wire;

import io.couchmigrator.testkit.faults.FreePort;
import io.couchmigrator.testkit.faults.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Protocol;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;

/** Listens on one port of 127.0.0.1, with interruptions. Thread-safe. */
public final class HttpListener {
    /** Held, because a logger that nobody holds forgets its level. */
    private static final Logger SERVER_LOGGER = Logger.getLogger(MockWebServer.class.getName());

    private final Dispatcher dispatcher;
    private final Signal signal;
    private final @Nullable HeldCertificate certificate;
    private @Nullable MockWebServer server;
    private int port;

    /** Listens for this dispatcher once it is {@linkplain #start started}; its stops and starts end and begin waiting at the signal. */
    public HttpListener(Dispatcher dispatcher, Signal signal, boolean https) {
        this.dispatcher = dispatcher;
        this.signal = signal;
        this.certificate = https ? localhostCertificate() : null;
    }

    /** Returns the port, which stays the same once it was started. */
    public synchronized int port() {
        return port;
    }

    /** Returns the certificate of its own; empty without https. */
    public Optional<X509Certificate> certificate() {
        return Optional.ofNullable(certificate).map(HeldCertificate::certificate);
    }

    /** Listens; does nothing if it does so already. */
    public synchronized void start() {
        if (server != null) {
            return;
        }
        SERVER_LOGGER.setLevel(Level.OFF);
        MockWebServer starting = new MockWebServer();
        starting.setDispatcher(new ForgettingDispatcher(starting, dispatcher));
        starting.setServerSocketFactory(new ServedSockets());
        starting.setProtocols(List.of(Protocol.HTTP_1_1));
        if (certificate != null) {
            starting.useHttps(new HandshakeCertificates.Builder()
                    .heldCertificate(certificate)
                    .build()
                    .sslSocketFactory());
        }
        try {
            port = port == 0 ? FreePort.find() : port;
            starting.start(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot listen on 127.0.0.1, port " + port, e);
        }
        signal.start();
        server = starting;
        port = starting.getPort();
    }

    /** Stops listening and cuts all connections. */
    public synchronized void stop() {
        MockWebServer running = server;
        if (running != null) {
            server = null;
            signal.stop();
            running.close();
        }
    }

    private static HeldCertificate localhostCertificate() {
        return new HeldCertificate.Builder()
                .commonName("CouchDB double")
                .addSubjectAlternativeName("127.0.0.1")
                .addSubjectAlternativeName("localhost")
                .duration(1, TimeUnit.DAYS)
                .build();
    }

    /** MockWebServer keeps all requests until they are taken; here the request log does, and with less. */
    private static final class ForgettingDispatcher extends Dispatcher {
        private final MockWebServer server;
        private final Dispatcher next;

        ForgettingDispatcher(MockWebServer server, Dispatcher next) {
            this.server = server;
            this.next = next;
        }

        @Override
        public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
            server.takeRequest(0, TimeUnit.NANOSECONDS);
            return next.dispatch(request);
        }
    }
}
