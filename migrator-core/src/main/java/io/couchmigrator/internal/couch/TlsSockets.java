// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import javax.net.ssl.SSLSocketFactory;

/**
 * Makes sockets in whose handshake every answer has to come within the connect timeout. OkHttp bounds it by the read
 * timeout, which it sets again before the first request.
 */
final class TlsSockets extends SSLSocketFactory {
    private final SSLSocketFactory sockets;
    private final int connectTimeout;

    TlsSockets(SSLSocketFactory sockets, Duration connectTimeout) {
        this.sockets = sockets;
        this.connectTimeout = Math.toIntExact(connectTimeout.toMillis());
    }

    /** The only one that OkHttp calls: its own sockets are connected before. */
    @Override
    public Socket createSocket(Socket connected, String host, int port, boolean autoClose) throws IOException {
        connected.setSoTimeout(connectTimeout);
        return sockets.createSocket(connected, host, port, autoClose);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return sockets.createSocket(host, port);
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return sockets.createSocket(host, port, local, localPort);
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return sockets.createSocket(host, port);
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return sockets.createSocket(host, port, local, localPort);
    }

    @Override
    public String[] getDefaultCipherSuites() {
        return sockets.getDefaultCipherSuites();
    }

    @Override
    public String[] getSupportedCipherSuites() {
        return sockets.getSupportedCipherSuites();
    }
}
