// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import java.util.function.Predicate;

/** Conditions on requests, for faults and for questions to the request log; combine them with {@code and}. */
public final class Requests {
    private Requests() {}

    /** Every request. */
    public static Predicate<CouchRequest> any() {
        return request -> true;
    }

    /** Requests for this endpoint. */
    public static Predicate<CouchRequest> to(Endpoint endpoint) {
        return request -> request.endpoint() == endpoint;
    }

    /** Pages of {@code _all_docs}, by GET or POST. */
    public static Predicate<CouchRequest> allDocs() {
        return to(Endpoint.ALL_DOCS);
    }

    /** Pages of {@code _all_docs} that carry documents: not the ones that ask for ranks or counts. */
    public static Predicate<CouchRequest> pages() {
        return allDocs()
                .and(query("include_docs", "true"))
                .and(query("limit", "0").negate());
    }

    /** Requests for {@code _changes}. */
    public static Predicate<CouchRequest> changes() {
        return to(Endpoint.CHANGES);
    }

    /** Requests for fields of documents, by {@code _find}. */
    public static Predicate<CouchRequest> finds() {
        return to(Endpoint.FIND);
    }

    /** Requests to this database. */
    public static Predicate<CouchRequest> database(String name) {
        return request -> request.database().equals(name);
    }

    /** Requests with this HTTP method. */
    public static Predicate<CouchRequest> method(String method) {
        return request -> request.method().equals(method);
    }

    /** Requests whose decoded path contains this text. */
    public static Predicate<CouchRequest> path(String text) {
        return request -> request.path().contains(text);
    }

    /** Requests with this query parameter, decoded. */
    public static Predicate<CouchRequest> query(String name, String value) {
        return request -> request.parameter(name).filter(value::equals).isPresent();
    }

    /** Requests that begin at this key. */
    public static Predicate<CouchRequest> startKey(String key) {
        return request -> request.startKey().filter(key::equals).isPresent();
    }

    /** Requests that name this document, in the path or in the body. */
    public static Predicate<CouchRequest> document(String id) {
        return request -> request.ids().contains(id)
                || (request.endpoint() == Endpoint.DOCUMENT && request.names().contains(id));
    }
}
