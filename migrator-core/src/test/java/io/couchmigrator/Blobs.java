// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.commcare.BlobMetadata;
import io.couchmigrator.testkit.couch.CouchDouble;
import java.nio.file.Path;
import javax.sql.DataSource;

/** The migration {@code migrate_metadata} of corpus and samples. */
final class Blobs {
    private Blobs() {}

    static Migrator.Builder migrator(CouchDouble couch, DataSource target, Path logs) {
        return Migrator.builder(BlobMetadata.migration("commcarehq"))
                .source(CouchServer.builder(couch.url()).build())
                .target(target)
                .logDirectory(logs);
    }
}
