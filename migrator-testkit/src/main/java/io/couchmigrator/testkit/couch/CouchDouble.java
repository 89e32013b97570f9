// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.wire.HttpListener;
import io.couchmigrator.testkit.faults.FaultRule;
import io.couchmigrator.testkit.faults.FaultScript;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.faults.Signal;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A CouchDB for tests: it answers over HTTP on 127.0.0.1 as a real server does, keeps its documents in memory, and lets
 * a test script what goes wrong and when.
 *
 * <pre>{@code
 * try (CouchDouble couch = CouchDouble.start()) {
 *     couch.create("orders").put(order);
 *     couch.script(Fault.status(503).retryAfter(2).on(Requests.allDocs()).times(3));
 *     readAll(couch.url());
 *     assertThat(couch.requests(Requests.allDocs())).hasSize(4);
 * }
 * }</pre>
 *
 * <p>Thread-safe. Whoever starts it closes it.
 */
public final class CouchDouble implements Closeable {
    private final Signal signal = new Signal();
    private final RequestLog log = new RequestLog();
    private final FaultScript<Fault, CouchRequest> script = new FaultScript<>();
    private final String basePath;
    private final Accounts accounts;
    private final Databases databases;
    private final HttpListener listener;

    private CouchDouble(Builder builder) {
        Random random = new Random(builder.seed);
        this.basePath = builder.basePath;
        this.accounts = new Accounts(builder.user, builder.password, builder.lockedAfter);
        this.databases = new Databases(signal, random);
        List<UUID> nodes = Stream.generate(() -> new UUID(random.nextLong(), random.nextLong()))
                .limit(3)
                .toList();
        CouchDispatcher dispatcher = new CouchDispatcher(
                new RequestParser(basePath, builder.pose != Pose.OLD),
                log,
                script,
                accounts,
                databases,
                signal,
                new ServerEndpoints(builder.pose, databases, nodes),
                new AllDocsEndpoint(builder.offsets, builder.queryLimit),
                new ChangesEndpoint(builder.tellsPending),
                new FindEndpoints(builder.queryLimit),
                new ResponseWriter(builder.pose, signal));
        this.listener = new HttpListener(dispatcher, signal, builder.https);
    }

    /** Starts a modern single node without databases, that asks for no credentials. */
    public static CouchDouble start() {
        return builder().start();
    }

    /** Starts a description of another server. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the server's address, ending in {@code /}; it stays the same over {@link #restart}. */
    public String url() {
        return (certificate().isPresent() ? "https" : "http") + "://127.0.0.1:" + port() + basePath + "/";
    }

    /** Returns the port it listens on; it stays the same over {@link #restart}. */
    public int port() {
        return listener.port();
    }

    /** Returns the certificate that a client must trust; empty without https. */
    public Optional<X509Certificate> certificate() {
        return listener.certificate();
    }

    /**
     * Creates a database.
     *
     * @throws IllegalArgumentException if there is one of this name, or CouchDB would refuse the name
     */
    public CouchDatabase create(String name) {
        try {
            return databases.create(name);
        } catch (CouchError e) {
            throw new IllegalArgumentException("Cannot create the database " + name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Returns a database.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public CouchDatabase database(String name) {
        return databases
                .find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Expected a database " + name + " but there are only " + databases.names()));
    }

    /**
     * Drops a database.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public void drop(String name) {
        databases.drop(database(name).name());
    }

    /** Lets a fault happen to requests from now on; of several that could, the one scripted first does. */
    public ScriptedFault script(FaultRule<Fault, CouchRequest> rule) {
        return script.add(rule);
    }

    /** Ends all faults, and lets go on what is stalled. */
    public void heal() {
        script.clear();
        release();
    }

    /** Lets go on all answers that are stalled now. */
    public void release() {
        signal.release();
    }

    /** Forgets the wrong passwords that locked an account. */
    public void unlockAccounts() {
        accounts.unlock();
    }

    /** Returns the requests so far, in the order they came. */
    public List<CouchRequest> requests() {
        return requests(Requests.any());
    }

    /** Returns the requests so far that meet a condition, in the order they came. */
    public List<CouchRequest> requests(Predicate<CouchRequest> condition) {
        return log.matching(condition);
    }

    /** Forgets the requests so far. */
    public void forgetRequests() {
        log.clear();
    }

    /**
     * Waits until so many requests that meet a condition have come since the start or {@link #forgetRequests}.
     *
     * @throws AssertionError if they do not come in time
     */
    public void awaitRequests(Predicate<CouchRequest> condition, int count, Duration atMost)
            throws InterruptedException {
        log.await(condition, count, atMost);
    }

    /**
     * Waits until so many answers are stalled at once, by {@link Fault#stallAfterBytes} or {@link Fault#silence}.
     *
     * @throws AssertionError if they are not in time
     * @throws IOException if the server is stopped or the waiting interrupted
     */
    public void awaitStalled(int count, Duration atMost) throws IOException {
        if (!signal.awaitStalled(count, atMost)) {
            throw new AssertionError(
                    "Expected " + count + " stalled answers within " + atMost + " but there were fewer");
        }
    }

    /** Stops listening and cuts all connections, as if the server were gone; the documents stay. */
    public void stop() {
        listener.stop();
    }

    /**
     * Starts again on the same port, with the same documents; does nothing if it is running.
     *
     * @throws UncheckedIOException if the port is taken
     */
    public void restart() {
        listener.start();
    }

    @Override
    public void close() {
        stop();
    }

    /** Describes a server to start; not thread-safe. */
    public static final class Builder {
        private Pose pose = Pose.MODERN;
        private Offsets offsets = Offsets.EXACT;
        private boolean tellsPending = true;
        private int queryLimit = Integer.MAX_VALUE;
        private String basePath = "";
        private boolean https;
        private @Nullable String user;
        private @Nullable String password;
        private int lockedAfter = 5;
        private long seed = 20181024;

        private Builder() {}

        /** Sets which kind of CouchDB it poses as; {@link Pose#MODERN} by default. */
        public Builder pose(Pose kind) {
            this.pose = kind;
            return this;
        }

        /** Sets what it answers as {@code offset}; {@link Offsets#EXACT} by default. */
        public Builder offsets(Offsets answered) {
            this.offsets = answered;
            return this;
        }

        /** Sets whether {@code _changes} says how many changes are still to come, as PouchDB does not; true by default. */
        public Builder pending(boolean told) {
            this.tellsPending = told;
            return this;
        }

        /**
         * Refuses a greater {@code limit} of {@code _all_docs}, and sends no more rows, as {@code [query_server_config]
         * query_limit} does; no limit by default.
         */
        public Builder queryLimit(int rows) {
            this.queryLimit = rows;
            return this;
        }

        /** Asks for these credentials; by default everybody may do everything. */
        public Builder credentials(String name, String secret) {
            this.user = name;
            this.password = secret;
            return this;
        }

        /** Locks an account after so many wrong passwords, until {@link CouchDouble#unlockAccounts}; 5 by default. */
        public Builder lockedAfter(int failures) {
            this.lockedAfter = failures;
            return this;
        }

        /** Answers only below this path, as behind a proxy; {@code /couch}, say. */
        public Builder basePath(String path) {
            if (!path.startsWith("/") || path.endsWith("/")) {
                throw new IllegalArgumentException(
                        "Expected a path that begins with / and does not end with it but was " + path);
            }
            this.basePath = path;
            return this;
        }

        /** Speaks https with a certificate of its own. */
        public Builder https() {
            this.https = true;
            return this;
        }

        /** Sets what uuids and sequences are drawn from; the same seed gives the same ones. */
        public Builder seed(long number) {
            this.seed = number;
            return this;
        }

        /** Starts it on a free port. */
        public CouchDouble start() {
            CouchDouble couch = new CouchDouble(this);
            couch.restart();
            return couch;
        }
    }
}
