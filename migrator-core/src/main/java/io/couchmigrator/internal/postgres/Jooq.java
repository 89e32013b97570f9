// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import org.jooq.DSLContext;
import org.jooq.Name;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/** jOOQ on a connection that somebody else opened and will close. */
final class Jooq {
    private Jooq() {}

    /** Work with jOOQ whose SQL errors come out as {@link SQLException}. */
    @FunctionalInterface
    interface Work<T> {
        T on(DSLContext jooq) throws SQLException;
    }

    static <T> T with(Connection connection, Work<T> work) throws SQLException {
        try {
            return work.on(DSL.using(connection, SQLDialect.POSTGRES));
        } catch (DataAccessException e) {
            SQLException cause = e.getCause(SQLException.class);
            throw cause == null ? new SQLException(e.getMessage(), e) : cause;
        }
    }

    /** Returns a table's name for a statement. */
    static Name table(TableName table) {
        return table.schema()
                .map(schema -> DSL.quotedName(schema, table.name()))
                .orElseGet(() -> DSL.quotedName(table.name()));
    }

    /** Returns a name as SQL text, quoted. */
    static String sql(Name name) {
        return DSL.using(SQLDialect.POSTGRES).render(name);
    }
}
