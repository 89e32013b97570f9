// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

/** What of a CouchDB server a request is about. */
public enum Endpoint {
    /** {@code /}. */
    SERVER,
    /** {@code /_up}. */
    UP,
    /** {@code /_all_dbs}. */
    ALL_DATABASES,
    /** {@code /{db}}. */
    DATABASE,
    /** {@code /{db}/_all_docs}. */
    ALL_DOCS,
    /** {@code /{db}/_changes}. */
    CHANGES,
    /** {@code /{db}/_find}. */
    FIND,
    /** {@code /{db}/_explain}. */
    EXPLAIN,
    /** {@code /{db}/_index}. */
    INDEX,
    /** {@code /{db}/_bulk_docs}. */
    BULK_DOCS,
    /** {@code /{db}/_bulk_get}. */
    BULK_GET,
    /** {@code /{db}/_revs_diff}. */
    REVS_DIFF,
    /** {@code /{db}/_purge}. */
    PURGE,
    /** {@code /{db}/_purged_infos}. */
    PURGED_INFOS,
    /** {@code /{db}/_purged_infos_limit}. */
    PURGED_INFOS_LIMIT,
    /** {@code /{db}/_design/{name}/_view/{view}}. */
    VIEW,
    /** {@code /{db}/{id}}, also of a design document. */
    DOCUMENT,
    /** {@code /{db}/_local/{id}}. */
    LOCAL_DOCUMENT,
    /** Anything else. */
    OTHER
}
