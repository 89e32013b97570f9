// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.faults.Signal;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** The databases of one server. Thread-safe. */
final class Databases {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_$()+/-]*");

    private final Map<String, CouchDatabase> byName = new ConcurrentSkipListMap<>();
    private final Signal signal;
    private final RandomGenerator random;
    private long lastCreatedAt;

    Databases(Signal signal, RandomGenerator random) {
        this.signal = signal;
        this.random = random;
    }

    synchronized CouchDatabase create(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new CouchError(
                    400,
                    "illegal_database_name",
                    "Name: '" + name + "'. Only lowercase characters (a-z), digits (0-9), and any of the characters "
                            + "_, $, (, ), +, -, and / are allowed. Must begin with a letter.");
        }
        if (byName.containsKey(name)) {
            throw new CouchError(412, "file_exists", "The database could not be created, the file already exists.");
        }
        // Two databases never share a creation time, else one dropped and created again could not be told apart.
        lastCreatedAt = Math.max(lastCreatedAt + 1, System.currentTimeMillis() / 1000);
        CouchDatabase database = new CouchDatabase(name, random.nextLong(), lastCreatedAt, signal);
        byName.put(name, database);
        return database;
    }

    void drop(String name) {
        if (byName.remove(name) == null) {
            throw CouchError.missingDatabase();
        }
    }

    Optional<CouchDatabase> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    CouchDatabase get(String name) {
        return find(name).orElseThrow(CouchError::missingDatabase);
    }

    Collection<String> names() {
        return byName.keySet();
    }
}
