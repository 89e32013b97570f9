// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The embedded servers of a demo.
 *
 * @param couch holds the documents
 * @param target has the tables
 */
record Servers(CouchDouble couch, TestDatabase target) {
    /** The table that the sample's rows go to. */
    static final String BLOBS = "blobs_blobmeta";

    private static final int BYTES_AT_ONCE = 50_000;

    /**
     * Starts the servers and loads the sample.
     *
     * @param pause before each 50 kB of a page, so that reading lasts long enough to be interrupted
     * @throws IOException if PostgreSQL does not start
     */
    static Servers start(SampleDocuments sample, Duration pause, Closer closer) throws IOException, SQLException {
        Servers servers = start(pause, closer);
        sample.loadInto(servers.target);
        sample.loadInto(servers.couch);
        return servers;
    }

    /** Starts the servers, with nothing in them. */
    static Servers start(Duration pause, Closer closer) throws IOException, SQLException {
        PostgresServer postgres = closer.add(PostgresServer.start());
        TestDatabase target = postgres.createDatabase();
        CouchDouble couch = closer.add(CouchDouble.start());
        couch.script(Fault.dribble(BYTES_AT_ONCE, pause).on(Requests.pages()));
        return new Servers(couch, target);
    }

    /** Returns the variables that tell the migrator of them. */
    Map<String, String> environment() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("COUCHDB_URL", couch.url());
        variables.put("PGHOST", target.host());
        variables.put("PGPORT", String.valueOf(target.port()));
        variables.put("PGDATABASE", target.name());
        variables.put("PGUSER", target.user());
        variables.put("PGPASSWORD", target.password());
        return variables;
    }

    /** Returns how many rows a table holds; none where it is not there yet. */
    long rows(String table) throws SQLException {
        boolean there = target.query("select to_regclass('%s') is not null".formatted(table))
                .equals(List.of("t"));
        return there
                ? Long.parseLong(target.query("select count(*) from " + table).get(0))
                : 0;
    }
}
