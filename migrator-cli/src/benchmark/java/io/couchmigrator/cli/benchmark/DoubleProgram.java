// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.testkit.couch.CouchDouble;
import java.io.IOException;
import java.io.OutputStream;

/** Fills a CouchDB double, prints its URL, and keeps it up until standard input ends, as it does with whoever started it. */
final class DoubleProgram {
    private DoubleProgram() {}

    /** Takes the main database's name and the number of documents. */
    public static void main(String[] arguments) throws IOException {
        Documents documents =
                new Documents(arguments[0], Integer.parseInt(arguments[1]), Options.fromSystemProperties());
        try (CouchDouble couch = CouchDouble.start()) {
            Source.databases(documents.database()).forEach(couch::create);
            couch.database(documents.database()).load(documents.documents());
            System.out.println(couch.url());
            System.in.transferTo(OutputStream.nullOutputStream());
        }
    }
}
