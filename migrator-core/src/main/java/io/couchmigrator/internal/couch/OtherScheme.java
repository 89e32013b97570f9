// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.io.IOException;
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
