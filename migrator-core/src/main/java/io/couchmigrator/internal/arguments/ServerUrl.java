// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.arguments;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server's address taken apart: credentials never stay in the URL, and never reach a message. */
public record ServerUrl(
        URI url, @Nullable String user, @Nullable String password) {
    /** Wider than what {@link URI#getHost} knows: containers have names like {@code couch_1}. */
    private static final Pattern AUTHORITY = Pattern.compile(
            "(?:(?<credentials>.*)@)?(?<host>[\\p{L}\\p{N}._-]+|\\[[0-9A-Fa-f:.]+])(?::(?<port>[0-9]{0,5}))?");

    private static final int HIGHEST_PORT = 65_535;

    /**
     * Takes an address apart.
     *
     * @throws IllegalArgumentException if it is none of a CouchDB server; its text is not in the message
     */
    public static ServerUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text.strip());
        } catch (URISyntaxException e) {
            throw unexpected("it is no URL");
        }
        String scheme = uri.getScheme();
        if (scheme == null || !(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))) {
            throw unexpected("its scheme is neither http nor https");
        }
        Matcher authority = AUTHORITY.matcher(uri.getRawAuthority() == null ? "" : uri.getRawAuthority());
        if (!authority.matches()) {
            throw unexpected("it names no host");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw unexpected("it has a query or fragment");
        }
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        URI clean = URI.create(scheme + "://" + authority.group("host") + port(authority.group("port")) + path
                + (path.endsWith("/") ? "" : "/"));
        String credentials = authority.group("credentials");
        if (credentials == null || credentials.isEmpty()) {
            return new ServerUrl(clean, null, null);
        }
        int colon = credentials.indexOf(':');
        String user = decoded(colon < 0 ? credentials : credentials.substring(0, colon));
        return new ServerUrl(clean, user, colon < 0 ? "" : decoded(credentials.substring(colon + 1)));
    }

    private static String port(@Nullable String digits) {
        if (digits == null || digits.isEmpty()) {
            return "";
        }
        if (Integer.parseInt(digits) > HIGHEST_PORT) {
            throw unexpected("its port is above " + HIGHEST_PORT);
        }
        return ":" + digits;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The text itself stays out of the message: it may hold a password. */
    private static IllegalArgumentException unexpected(String why) {
        return new IllegalArgumentException(
                "unexpected CouchDB URL: " + why + ": expected something like https://couch.example.org:6984/");
    }
}
