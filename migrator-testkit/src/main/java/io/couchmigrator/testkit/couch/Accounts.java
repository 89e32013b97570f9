// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.CouchError;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Who may ask: everybody, or one user with a password, locked after too many wrong ones. Thread-safe. */
final class Accounts {
    private final @Nullable String user;
    private final @Nullable String password;
    private final int lockedAfter;
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();

    Accounts(@Nullable String user, @Nullable String password, int lockedAfter) {
        this.user = user;
        this.password = password;
        this.lockedAfter = lockedAfter;
    }

    /** Forgets all wrong passwords. */
    void unlock() {
        failures.clear();
    }

    /**
     * Refuses a request that may not be answered.
     *
     * @param authorization the request's header
     * @throws CouchError 401 or 403
     */
    void check(@Nullable String authorization, Endpoint endpoint) {
        if (user == null) {
            return;
        }
        if (authorization == null) {
            if (endpoint == Endpoint.SERVER || endpoint == Endpoint.UP) {
                return; // CouchDB tells these to everybody.
            }
            throw new CouchError(401, "unauthorized", "You are not authorized to access this db.");
        }
        String[] given = decode(authorization).split(":", 2);
        if (failures.getOrDefault(given[0], 0) >= lockedAfter) {
            throw new CouchError(
                    403, "forbidden", "Account is temporarily locked due to multiple authentication failures");
        }
        if (given.length < 2 || !given[0].equals(user) || !given[1].equals(password)) {
            failures.merge(given[0], 1, Integer::sum);
            throw new CouchError(401, "unauthorized", "Name or password is incorrect.");
        }
    }

    private static String decode(String authorization) {
        return Optional.of(authorization)
                .filter(header -> header.regionMatches(true, 0, "Basic ", 0, 6))
                .map(header -> {
                    try {
                        return new String(
                                Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
                    } catch (IllegalArgumentException e) {
                        return "";
                    }
                })
                .orElse("");
    }
}
