// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

/** Which kind of CouchDB a {@link CouchDouble} poses as. */
public enum Pose {
    /** A single node of CouchDB 3.5: it has a uuid, its databases have creation times. The default. */
    MODERN("3.5.0"),
    /** A server before 3.3: no uuid, and {@code instance_start_time} is {@code "0"}. */
    OLD("2.1.2"),
    /** A cluster of three behind a balancer: each answer of {@code GET /} comes from another node, with its own uuid. */
    THREE_NODES("3.5.0");

    private final String version;

    Pose(String version) {
        this.version = version;
    }

    /** Returns the version that the server claims. */
    public String version() {
        return version;
    }
}
