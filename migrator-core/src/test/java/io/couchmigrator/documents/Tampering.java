// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import io.couchmigrator.testkit.postgres.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;

/** Changes rows of the table {@code shop} behind the migration's back. */
final class Tampering {
    private Tampering() {}

    /** Tampers a few times with rows of documents up to a number, and of others. */
    static void with(TestDatabase database, Random random, int count) throws SQLException {
        for (int i = random.nextInt(12); i >= 0; i--) {
            once(database, random, Copies.id(random.nextInt(count)));
        }
    }

    private static void once(TestDatabase database, Random random, String id) throws SQLException {
        switch (random.nextInt(6)) {
            case 0 -> database.execute("delete from shop where id = '%s'".formatted(id));
            case 1 -> database.execute("update shop set doc = doc || '{\"value\": -1}' where id = '%s'".formatted(id));
            case 2 -> database.execute("update shop set rev = '9-x' where id = '%s'".formatted(id));
            case 3 -> database.execute("update shop set id = id || 'x' where id = '%s'".formatted(id));
            case 4 -> insert(database, List.of(id + "-never", "A" + id, "z" + id, "d011"));
            default -> insert(database, List.of("_design/views", "_design/none"));
        }
    }

    /** Inserts rows of these ids, unless there are some. */
    static void insert(TestDatabase database, List<String> ids) throws SQLException {
        for (String id : ids) {
            database.execute("insert into shop values ('%s', '1-x', '{}') on conflict do nothing".formatted(id));
        }
    }
}
