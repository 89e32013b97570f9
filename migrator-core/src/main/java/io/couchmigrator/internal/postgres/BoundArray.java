// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jooq.BindingGetResultSetContext;
import org.jooq.BindingSetStatementContext;
import org.jooq.Converter;
import org.jooq.Converters;
import org.jooq.Field;
import org.jooq.impl.AbstractBinding;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * Arrays as the driver binds them, in binary where it can. As a literal each value is escaped, and all of them are one text
 * that is encoded whole: of large values, twice their size.
 */
final class BoundArray extends AbstractBinding<Object, Object> {
    private static final long serialVersionUID = 1L;

    /** The type of an element. */
    private final String type;

    private BoundArray(String type) {
        this.type = type;
    }

    static Field<?> of(Long[] values) {
        return of("bigint", values);
    }

    static Field<?> of(String[] values) {
        return of("text", values);
    }

    private static Field<?> of(String type, Object[] values) {
        return DSL.val((Object) values, SQLDataType.OTHER.asConvertedDataType(new BoundArray(type)));
    }

    @Override
    public Converter<Object, Object> converter() {
        return Converters.identity(Object.class);
    }

    @Override
    public void set(BindingSetStatementContext<Object> context) throws SQLException {
        PreparedStatement statement = context.statement();
        Array array = statement.getConnection().createArrayOf(type, (Object[]) context.value());
        statement.setArray(context.index(), array);
    }

    @Override
    public void get(BindingGetResultSetContext<Object> context) {
        throw new UnsupportedOperationException("an array of a statement is bound, and never read");
    }
}
