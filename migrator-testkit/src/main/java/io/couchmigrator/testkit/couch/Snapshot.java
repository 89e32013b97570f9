// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.Contents;

/** What a {@link CouchDatabase} held at one moment, as a backup of its files would. Immutable; it holds no copy. */
public final class Snapshot {
    private final long database;
    private final Contents contents;

    Snapshot(long database, Contents contents) {
        this.database = database;
        this.contents = contents;
    }

    /** Whose contents they are. */
    long database() {
        return database;
    }

    Contents contents() {
        return contents;
    }

    /** Tells how much it holds. */
    @Override
    public String toString() {
        return "snapshot of " + contents.live().size() + " documents after " + contents.sequence() + " changes";
    }
}
