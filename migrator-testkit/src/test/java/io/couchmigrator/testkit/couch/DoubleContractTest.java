// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Nested;

/** Holds the double to the contract. */
class DoubleContractTest {
    private static final CouchDouble COUCH = CouchDouble.start();

    @AfterAll
    static void stop() {
        COUCH.close();
    }

    @Nested
    class Documents extends DocumentContract {
        Documents() throws IOException {
            super(COUCH.url());
        }
    }

    @Nested
    class AllDocs extends AllDocsContract {
        AllDocs() throws IOException {
            super(COUCH.url());
        }
    }

    @Nested
    class Changes extends ChangesContract {
        Changes() throws IOException {
            super(COUCH.url());
        }
    }

    @Nested
    class Fields extends FieldsContract {
        Fields() throws IOException {
            super(COUCH.url());
        }
    }

    @Nested
    class Conflicts extends ConflictContract {
        Conflicts() throws IOException {
            super(COUCH.url());
        }
    }

    @Nested
    class Purges extends PurgeContract {
        Purges() throws IOException {
            super(COUCH.url());
        }
    }
}
