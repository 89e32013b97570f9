// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Requests;
import java.util.function.Predicate;

/** What a run of {@link CustomerOrders} asks CouchDB for: the kinds of its requests, which are the phases of a run. */
enum Asked {
    WELCOME(Run.ANY, request -> request.path().equals("/")),
    DATABASE(Run.ANY, request -> request.path().equals("/orders")),
    COUNT(Run.ANY, gets().and(limit(0)).and(request -> request.startKey().isEmpty())),
    NOW(Run.FRESH, Requests.changes().and(Requests.query("since", "now"))),
    RANK(Run.FRESH, gets().and(limit(0)).and(request -> request.startKey().isPresent())),
    CUT(Run.LARGE, gets().and(limit(1)).and(withBodies().negate())),
    LAST_ID(Run.FRESH, gets().and(Requests.query("descending", "true"))),
    SAMPLE(Run.FRESH, pages().and(limit(4))),
    /** What is read, but for the very first document, which is alone on its page. */
    PAGE(Run.FRESH, pages().and(limit(1).negate()).and(limit(4).negate())),
    LOOKUP(Run.ANY, byId().and(Requests.database("customers"))),
    PENDING(Run.ANY, feed().and(withBodies().negate())),
    CHANGES(Run.ANY, feed().and(withBodies())),
    /** Ids to do: the documents that were rejected. */
    IDS_TO_DO(Run.RESUMED, byId().and(Requests.database("orders")).and(withBodies())),
    /** The witnesses, before anything is read. */
    IDENTITY_ON_RESUME(Run.RESUMED, byId().and(withBodies().negate())),
    /** The witnesses, before the feed is read. */
    IDENTITY_BEFORE_CATCHING_UP(Run.FRESH, byId().and(withBodies().negate())),
    /** The witnesses, before what came since the outage is built on. */
    IDENTITY_AFTER_AN_OUTAGE(Run.FRESH_WITH_OUTAGE, byId().and(withBodies().negate()));

    private final Run run;
    /** Lambdas that hold nothing. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Predicate<CouchRequest> requests;

    Asked(Run run, Predicate<CouchRequest> requests) {
        this.run = run;
        this.requests = requests;
    }

    /** Which run makes such requests. */
    enum Run {
        ANY,
        FRESH,
        /** Of enough documents for two ranges. */
        LARGE,
        FRESH_WITH_OUTAGE,
        /** After one that rejected a document. */
        RESUMED
    }

    Run run() {
        return run;
    }

    Predicate<CouchRequest> requests() {
        return requests;
    }

    private static Predicate<CouchRequest> gets() {
        return Requests.allDocs().and(Requests.method("GET")).and(Requests.database("orders"));
    }

    private static Predicate<CouchRequest> limit(int rows) {
        return Requests.query("limit", String.valueOf(rows));
    }

    private static Predicate<CouchRequest> pages() {
        return gets().and(withBodies());
    }

    private static Predicate<CouchRequest> feed() {
        return Requests.changes().and(Requests.query("since", "now").negate());
    }

    private static Predicate<CouchRequest> byId() {
        return Requests.allDocs().and(Requests.method("POST"));
    }

    private static Predicate<CouchRequest> withBodies() {
        return Requests.query("include_docs", "true");
    }
}
