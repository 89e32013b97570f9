// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Finds out that TLS itself was refused, here or there, which another attempt will not change. */
final class TlsFault {
    /** How OkHttp ends what it says of a certificate that is for other hosts. */
    private static final Pattern NAMES = Pattern.compile("subjectAltNames: \\[(.+)]");

    private TlsFault() {}

    /**
     * Returns what to tell of a request that got no answer; empty if that is not the reason.
     *
     * @param host the name by which the server was called
     */
    static Optional<String> of(IOException e, String host) {
        if (!(e instanceof SSLException) || isEndOfConnection(e)) {
            return Optional.empty();
        }
        return Optional.of(
                e instanceof SSLPeerUnverifiedException
                        ? "the server's certificate is for %s: expected \"%s\": use a name that is in the certificate, or give the server one for this name"
                                .formatted(names(e), host)
                        : "TLS failed (%s): check that the URL's scheme and port are right, and that this Java trusts the server's certificate"
                                .formatted(Answers.oneLine(e.getMessage())));
    }

    private static String names(IOException e) {
        Matcher names = NAMES.matcher(String.valueOf(e.getMessage()));
        return names.find() ? Answers.oneLine(names.group(1)) : "another host";
    }

    /** Whether a TLS error is just how the end of a connection shows. */
    private static boolean isEndOfConnection(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof EOFException
                    || cause instanceof SocketException
                    || cause instanceof SocketTimeoutException) {
                return true;
            }
        }
        return false;
    }
}
