// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import okhttp3.Response;

/** Finds out that a server speaks http where https was spoken to it, or the other way round. */
final class OtherScheme {
    private static final String HTTP =
            "the server does not speak TLS on this port: use http:// instead of https://, or the port on which it does";

    private static final String HTTPS =
            "the server speaks TLS on this port: use https:// instead of http://, or another port";

    /** A TLS record that is an alert, where the status line should be: as it is, or as OkHttp shows what never ended. */
    private static final Pattern ALERT = Pattern.compile("status line: \\x15\\x03|content=1503");

    /** What nginx, Apache and Go's servers say. */
    private static final Pattern SAID = Pattern.compile("plain HTTP|HTTP request to an HTTPS server");

    /** How OkHttp shows a status line that broke off. */
    private static final Pattern BEGUN = Pattern.compile("not found: limit=[1-9]");

    private static final long MOST_OF_A_BODY = 4096;

    private OtherScheme() {}

    /** Returns what to tell of a request that got no answer; empty if that is not the reason. */
    static Optional<String> of(IOException e) {
        if (e instanceof SSLException && told(e).contains("Unsupported or unrecognized SSL message")) {
            return Optional.of(HTTP);
        }
        boolean alert = ALERT.matcher(told(e)).find()
                || (e.getCause() != null && ALERT.matcher(told(e.getCause())).find());
        return alert ? Optional.of(HTTPS) : Optional.empty();
    }

    /** Returns what may be the reason that a server hung up or was silent, before it said a word; empty if it is not. */
    static Optional<String> perhaps(String spoken, IOException e) {
        if (!isWordless(e)) {
            return Optional.empty();
        }
        String other = "https".equalsIgnoreCase(spoken) ? "http" : "https";
        return Optional.of("if the port speaks %s, give %s://".formatted(other, other));
    }

    private static boolean isWordless(Throwable e) {
        if (e instanceof TlsGreeting.Unanswered) {
            return true;
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            boolean ended =
                    cause instanceof EOFException && !BEGUN.matcher(told(cause)).find();
            if (ended || (cause instanceof SocketException && told(cause).contains("Connection reset"))) {
                return true;
            }
        }
        return false;
    }

    /** Returns what to tell of an answer; empty if that is not the reason. */
    static Optional<String> of(Response response) {
        try {
            boolean said = response.code() == 400
                    && SAID.matcher(response.peekBody(MOST_OF_A_BODY).string()).find();
            return said ? Optional.of(HTTPS) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String told(Throwable e) {
        return String.valueOf(e.getMessage());
    }
}
