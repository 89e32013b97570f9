// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

/** What somebody does to a table that a program owns. */
enum Tampering {
    DELETE("delete from %1$s where %2$s"),
    CHANGE("update %1$s set doc = doc || '{\"tampered\": true}' where %2$s"),
    FALSIFY("update %1$s set rev = '1-' || md5(rev) where %2$s"),
    RENAME("update %1$s set id = id || '~' where %2$s"),
    /** Ids of nobody, before all others, among them and after them. */
    INSERT(
            "insert into %1$s select unnest(array['', id || ' ', '\uffee' || id]), rev, doc from %1$s where %2$s on conflict do nothing"),
    /** A row of a document that is gone. */
    RAISE("insert into %1$s select '%3$s', rev, doc from %1$s where %2$s on conflict do nothing"),
    /** Nothing, since it has the same values. */
    REWRITE("update %1$s set doc = doc || '{}' where %2$s"),
    EMPTY("delete from %1$s");

    /** Any row of the table. */
    private static final String ROW = "id = (select id from %1$s order by id"
            + " offset (select %2$s %% greatest(count(*), 1) from %1$s) limit 1)";

    private final String sql;

    Tampering(String sql) {
        this.sql = sql;
    }

    /**
     * Returns the statement.
     *
     * @param number of the row
     * @param gone the id of a document that is gone from the table's database
     */
    String sql(String table, int number, String gone) {
        return sql.formatted(table, ROW.formatted(table, number), gone);
    }
}
