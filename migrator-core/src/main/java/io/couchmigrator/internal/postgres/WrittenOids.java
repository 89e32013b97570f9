// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.TableName;
import io.couchmigrator.TargetException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The tables into which rows were written so far, by their oids: a table of the same name that takes the place of one in the
 * middle of a run has none of these rows. Immutable.
 */
public final class WrittenOids {
    /** Of no table. */
    static final WrittenOids NONE = new WrittenOids("", Map.of());

    private final String server;
    private final List<Map.Entry<String, Long>> tables;
    private final String sql;

    /** @param server what the server is called */
    public WrittenOids(String server, Map<String, Long> tables) {
        this.server = server;
        this.tables = List.copyOf(tables.entrySet());
        List<String> expressions = new ArrayList<>();
        this.tables.forEach(table -> expressions.add(", to_regclass(E'%s')::oid::bigint"
                .formatted(Jooq.sql(Jooq.table(TableName.parse(table.getKey())))
                        .replace("\\", "\\\\")
                        .replace("'", "''"))));
        this.sql = String.join("", expressions);
    }

    /** Returns the expressions that ask for them, each after a comma. */
    String sql() {
        return sql;
    }

    /**
     * Holds the server to them. One that is gone is left to the statement that needs it.
     *
     * @param row what it answered
     * @param first the index of the first expression
     * @throws TargetException if one is another
     */
    void check(ResultSet row, int first) throws SQLException {
        for (int i = 0; i < tables.size(); i++) {
            long seen = row.getLong(first + i);
            Map.Entry<String, Long> table = tables.get(i);
            if (!row.wasNull() && seen != table.getValue()) {
                throw new TargetException(
                        "%s: table \"%s\" was replaced while rows were written into it: seen oid %s, expected %s: put the former one back and try again, or start over with startOver(true) (all is read again; rows stay, but those of no document in a table that a stage owns)"
                                .formatted(server, table.getKey(), seen, table.getValue()));
            }
        }
    }
}
