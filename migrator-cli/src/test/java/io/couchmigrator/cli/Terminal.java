// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import io.couchmigrator.cli.console.Console;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The command line within this process, with the servers in the environment: quicker than an {@link Operator}'s, which nothing can kill. */
final class Terminal {
    private Terminal() {}

    /** Types a command and waits for its end. */
    static Operator.Ended types(CouchDouble couch, TestDatabase database, List<String> words) {
        Map<String, String> environment = Map.of(
                "COUCHDB_URL", couch.url(),
                "PGHOST", database.host(),
                "PGPORT", String.valueOf(database.port()),
                "PGDATABASE", database.name(),
                "PGUSER", database.user(),
                "PGPASSWORD", database.password());
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        try (Console out = new Console(console);
                Console err = new Console(console)) {
            int status = new Cli(out, err, environment, stop -> {}, "migrator").run(words);
            return new Operator.Ended(status, console.toString(StandardCharsets.UTF_8));
        }
    }
}
