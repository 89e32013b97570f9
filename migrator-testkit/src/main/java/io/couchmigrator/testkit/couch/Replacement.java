// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.CouchError;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A fault that takes the place of an answer. Immutable: each method gives a new one. */
public final class Replacement extends Fault {
    private final int status;
    private final @Nullable String body;
    private final Map<String, String> headers;

    private Replacement(String description, int status, @Nullable String body, Map<String, String> headers) {
        super(description);
        this.status = status;
        this.body = body;
        this.headers = headers;
    }

    static Replacement answering(int status) {
        return new Replacement("status " + status, status, null, Map.of());
    }

    static Replacement closing() {
        return new Replacement("disconnect", 0, null, Map.of());
    }

    static Replacement waiting() {
        return new Replacement("silence", -1, null, Map.of());
    }

    /** Answers with this body; the empty string is no body at all. */
    public Replacement body(String text) {
        return new Replacement(toString(), status, text, headers);
    }

    /** Answers with this {@code Retry-After}, in seconds. */
    public Replacement retryAfter(int seconds) {
        return header("Retry-After", String.valueOf(seconds));
    }

    /** Answers with this header besides the usual ones. */
    public Replacement header(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return new Replacement(toString() + ", " + name + ": " + value, status, body, more);
    }

    @Override
    Optional<Answer> instead() {
        if (status <= 0) {
            return Optional.empty();
        }
        Answer answer = body == null ? Answer.error(usual()) : Answer.text(status, body);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            answer = answer.header(header.getKey(), header.getValue());
        }
        return Optional.of(answer);
    }

    @Override
    boolean closes() {
        return status == 0;
    }

    @Override
    boolean silent() {
        return status < 0;
    }

    private CouchError usual() {
        return switch (status) {
            case 401 -> new CouchError(status, "unauthorized", "You are not authorized to access this db.");
            case 403 -> new CouchError(status, "forbidden", "You are not allowed to access this db.");
            case 404 -> new CouchError(status, "not_found", "missing");
            case 429 -> new CouchError(status, "too_many_requests", "Too many requests.");
            case 503 -> new CouchError(status, "service_unavailable", "The service is unavailable.");
            default -> new CouchError(status, "unknown_error", "undefined");
        };
    }
}
