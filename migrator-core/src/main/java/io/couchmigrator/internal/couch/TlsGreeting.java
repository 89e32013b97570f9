// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * Listens how the TLS handshake of one request ends. The thread that makes the request makes the handshake as well, while
 * others may still try other addresses of the server.
 */
final class TlsGreeting extends EventListener {
    private volatile @Nullable Thread greeting;
    private volatile @Nullable IOException failure;

    /** A handshake in which nothing came for the connect timeout. */
    static final class Unanswered extends SocketTimeoutException {
        private static final long serialVersionUID = 1L;

        private Unanswered(IOException cause) {
            super(cause.getMessage());
            initCause(cause);
        }
    }

    /** Returns why a request failed: what a server did tells more than that nobody is at another of its addresses. */
    IOException reason(IOException seen) {
        IOException failed = failure;
        if (failed == null) {
            return seen;
        }
        boolean late = failed instanceof SocketTimeoutException || failed.getCause() instanceof SocketTimeoutException;
        return late ? new Unanswered(failed) : failed;
    }

    @Override
    public void secureConnectStart(Call call) {
        greeting = Thread.currentThread();
    }

    @Override
    public void connectFailed(
            Call call, InetSocketAddress address, Proxy proxy, @Nullable Protocol protocol, IOException e) {
        if (failure == null && Thread.currentThread().equals(greeting)) {
            failure = e;
        }
    }
}
