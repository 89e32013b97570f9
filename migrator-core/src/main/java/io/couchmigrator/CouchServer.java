// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.internal.arguments.ServerUrl;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a CouchDB server is and how to speak to it. Immutable. */
public final class CouchServer {
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(1);
    /** What the HTTP client counts in an int. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofMillis(Integer.MAX_VALUE);

    private final URI url;
    private final @Nullable String user;
    private final @Nullable String password;
    private final Duration connectTimeout;
    private final Duration readTimeout;
    private final Reading reading;

    /** How the documents of a stage are read that names the fields it needs ({@link DocumentStage#fields}). */
    public enum Reading {
        /** By fields where documents are so large that it pays, and CouchDB can be relied on for it; else whole. */
        AUTO,
        /** Everything is sent of each document, also what a stage does not need. */
        WHOLE,
        /** Those fields alone are sent that a stage needs, where CouchDB can be relied on for it; else everything. */
        FIELDS
    }

    /**
     * How the documents of a stage are read, and why so.
     *
     * @param reading {@link Reading#WHOLE} or {@link Reading#FIELDS}
     * @param reason for people, without a full stop
     */
    public record Chosen(Reading reading, String reason) {
        public Chosen {
            Objects.requireNonNull(reason, "reason");
            if (reading == Reading.AUTO) {
                throw new IllegalArgumentException(
                        "unexpected reading AUTO: expected WHOLE or FIELDS, which was chosen");
            }
        }
    }

    private CouchServer(Builder builder) {
        this.url = builder.url;
        this.user = builder.user;
        this.password = builder.password;
        this.connectTimeout = builder.connectTimeout;
        this.readTimeout = builder.readTimeout;
        this.reading = builder.reading;
    }

    /**
     * Starts a server at this address.
     *
     * @param url {@code http} or {@code https}, a host, and a base path if the server is behind a proxy; credentials in
     *     it are taken as {@link Builder#credentials}
     * @throws IllegalArgumentException if it is no such URL
     */
    public static Builder builder(String url) {
        return new Builder(url);
    }

    /** Returns the server's address, without credentials, ending in {@code /}. */
    public URI url() {
        return url;
    }

    /** Returns the user; empty if requests go without credentials. */
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    /** Returns the password; empty if requests go without credentials. */
    public Optional<String> password() {
        return Optional.ofNullable(password);
    }

    /** Returns how long to wait for a connection. */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /** Returns how long to wait for the next bytes of a response. */
    public Duration readTimeout() {
        return readTimeout;
    }

    /** Returns how documents are read. */
    public Reading reading() {
        return reading;
    }

    /** Returns the address without credentials. */
    @Override
    public String toString() {
        return url.toString();
    }

    /** Builds a {@link CouchServer}; not safe for use by multiple threads. */
    public static final class Builder {

        private final URI url;
        private @Nullable String user;
        private @Nullable String password;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration readTimeout = Duration.ofSeconds(60);
        private Reading reading = Reading.AUTO;

        private Builder(String text) {
            ServerUrl parsed = ServerUrl.parse(text);
            this.url = parsed.url();
            this.user = parsed.user();
            this.password = parsed.password();
        }

        /** Sets Basic authentication, sent with every request. By default there is none. */
        public Builder credentials(String user, String password) {
            this.user = Objects.requireNonNull(user, "user");
            this.password = Objects.requireNonNull(password, "password");
            return this;
        }

        /**
         * Sets how long to wait for a connection, and for each answer of its TLS handshake, in whole milliseconds. The
         * default is 10 seconds; zero waits for ever.
         *
         * @throws IllegalArgumentException if it is not zero and below 1 ms, or above {@link Integer#MAX_VALUE} ms
         */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = timeout(connectTimeout, "connectTimeout");
            return this;
        }

        /**
         * Sets how long to wait for the next bytes of a response, in whole milliseconds. The default is 60 seconds; zero
         * waits for ever.
         *
         * @throws IllegalArgumentException if it is not zero and below 1 ms, or above {@link Integer#MAX_VALUE} ms
         */
        public Builder readTimeout(Duration readTimeout) {
            this.readTimeout = timeout(readTimeout, "readTimeout");
            return this;
        }

        /** Sets how documents are read; the rows are the same. The default is {@link Reading#AUTO}. */
        public Builder reading(Reading reading) {
            this.reading = Objects.requireNonNull(reading, "reading");
            return this;
        }

        /** Returns the server. */
        public CouchServer build() {
            return new CouchServer(this);
        }

        private static Duration timeout(Duration timeout, String name) {
            Objects.requireNonNull(timeout, name);
            boolean fits = timeout.isZero()
                    || (timeout.compareTo(SHORTEST_TIMEOUT) >= 0 && timeout.compareTo(LONGEST_TIMEOUT) <= 0);
            if (!fits) {
                throw new IllegalArgumentException("unexpected %s %s: expected zero, or from %s ms to %s ms"
                        .formatted(name, timeout, SHORTEST_TIMEOUT.toMillis(), LONGEST_TIMEOUT.toMillis()));
            }
            return timeout;
        }
    }
}
