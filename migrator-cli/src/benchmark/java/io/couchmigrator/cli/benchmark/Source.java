// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.io.IOException;
import java.net.URI;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** A CouchDB that holds the documents. Whoever loaded it closes it, which deletes them. */
interface Source extends AutoCloseable {
    /** Returns the server's URL, ending in a slash, with the credentials it wants. */
    URI url();

    /** Returns what it is, for the report. */
    String description();

    @Override
    void close() throws IOException;

    /** Loads the documents, into the server that the environment names or into a double. */
    static Source load(Documents documents, Options options) throws IOException, InterruptedException {
        Optional<URI> server = Options.server();
        return server.isPresent() ? ServerSource.load(server.get(), documents) : DoubleSource.load(documents, options);
    }

    /** Returns which server that is, with its version, for the report. */
    static String named() throws IOException {
        Optional<URI> server = Options.server();
        return server.isPresent()
                ? ServerSource.named(server.get())
                : "the CouchDB double, for MIGRATOR_TEST_COUCHDB_URL names no server";
    }

    /** Returns a name for the main database that no other run has. */
    static String databaseName() {
        return "migrator_test_benchmark_"
                + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }

    /** Returns the names of all databases that the migration reads. */
    static List<String> databases(String main) {
        return List.of(main, main + "__apps", main + "__domains", main + "__meta", main + "__users");
    }
}
