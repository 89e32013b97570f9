// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import io.couchmigrator.cli.console.Console;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The command line within this process, with the servers in the environment: quicker than an {@link Operator}'s, which nothing can kill. */
final class Terminal {
    private Terminal() {}

    /** Types a command and waits for its end. */
    static Operator.Ended types(CouchDouble couch, TestDatabase database, List<String> words) {
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        int status = types(couch, database, words, console, console);
        return new Operator.Ended(status, console.toString(StandardCharsets.UTF_8));
    }

    /** Types a command whose output and errors go to these streams, waits for its end and returns its exit status. */
    static int types(
            CouchDouble couch, TestDatabase database, List<String> words, OutputStream output, OutputStream errors) {
        return types(couch, database, words, output, errors, tell -> {});
    }

    /** Does the same on a terminal of this kind, as {@code TERM} tells it. */
    static int typesOn(
            String kind,
            CouchDouble couch,
            TestDatabase database,
            List<String> words,
            OutputStream output,
            OutputStream errors) {
        try (Console console = new Console(output, errors, kind)) {
            return types(couch, database, words, console, tell -> {});
        }
    }

    /** Does the same where something is done with what tells how far a run is, once the run has begun. */
    static int types(
            CouchDouble couch,
            TestDatabase database,
            List<String> words,
            OutputStream output,
            OutputStream errors,
            Consumer<Runnable> progressRequests) {
        try (Console console = new Console(output, errors)) {
            return types(couch, database, words, console, progressRequests);
        }
    }

    private static int types(
            CouchDouble couch,
            TestDatabase database,
            List<String> words,
            Console console,
            Consumer<Runnable> progressRequests) {
        Map<String, String> environment = Map.of(
                "COUCHDB_URL", couch.url(),
                "PGHOST", database.host(),
                "PGPORT", String.valueOf(database.port()),
                "PGDATABASE", database.name(),
                "PGUSER", database.user(),
                "PGPASSWORD", database.password());
        return new Cli(console, environment, stop -> {}, progressRequests, "migrator").run(words);
    }
}
