// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;

/** Holds the double to the contract. */
class DoubleContractTest extends CouchContract {
    private static final CouchDouble COUCH = CouchDouble.start();

    DoubleContractTest() throws IOException {
        super(COUCH.url());
    }

    @AfterAll
    static void stop() {
        COUCH.close();
    }
}
