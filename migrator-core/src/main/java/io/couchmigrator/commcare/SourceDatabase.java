// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

/** The CouchDB databases whose documents own blobs, in the order they are read. */
enum SourceDatabase {
    MAIN(""),
    APPS("__apps"),
    DOMAINS("__domains"),
    META("__meta");

    private final String suffix;

    SourceDatabase(String suffix) {
        this.suffix = suffix;
    }

    /** Returns the database's name. */
    String name(String mainDatabase) {
        return mainDatabase + suffix;
    }
}
