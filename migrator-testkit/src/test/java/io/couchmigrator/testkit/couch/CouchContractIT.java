// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import java.io.IOException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * Holds the server named by {@code MIGRATOR_TEST_COUCHDB_URL} to the contract; it is skipped without that variable. It
 * touches only databases that it created, named {@code migrator_test_…}, and removes them.
 */
@EnabledIfEnvironmentVariable(
        named = "MIGRATOR_TEST_COUCHDB_URL",
        matches = ".+",
        disabledReason = "MIGRATOR_TEST_COUCHDB_URL names no server to test against")
class CouchContractIT {
    @Nested
    class Documents extends DocumentContract {
        Documents() throws IOException {
            super(System.getenv("MIGRATOR_TEST_COUCHDB_URL"));
        }
    }

    @Nested
    class AllDocs extends AllDocsContract {
        AllDocs() throws IOException {
            super(System.getenv("MIGRATOR_TEST_COUCHDB_URL"));
        }
    }

    @Nested
    class Changes extends ChangesContract {
        Changes() throws IOException {
            super(System.getenv("MIGRATOR_TEST_COUCHDB_URL"));
        }
    }

    @Nested
    class Fields extends FieldsContract {
        Fields() throws IOException {
            super(System.getenv("MIGRATOR_TEST_COUCHDB_URL"));
        }
    }

    @Nested
    class Conflicts extends ConflictContract {
        Conflicts() throws IOException {
            super(System.getenv("MIGRATOR_TEST_COUCHDB_URL"));
        }
    }

    @Nested
    class Purges extends PurgeContract {
        Purges() throws IOException {
            super(System.getenv("MIGRATOR_TEST_COUCHDB_URL"));
        }
    }
}
