// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What each transaction sets for itself, whatever the server, the database, the role, the driver and the JVM have: see
 * {@code docs/decisions/0015-settings-of-each-transaction.md}.
 */
final class TransactionSettings {
    /**
     * What is recorded as committed must outlast a crash of the server, so a weaker {@code synchronous_commit} is
     * not left as it is; {@code remote_apply} alone is stronger than {@code on}.
     */
    private static final String DURABLE = "set_config('synchronous_commit', case current_setting('synchronous_commit')"
            + " when 'remote_apply' then 'remote_apply' else 'on' end, true)";

    /**
     * Whoever holds a row or table locked for long, as an idle transaction does, is waited for as a server that is away: it
     * is told, and ends the run in time. A limit of the server's own stays.
     */
    private static final String PATIENT = "set_config('lock_timeout', case current_setting('lock_timeout')"
            + " when '0' then '10s' else current_setting('lock_timeout') end, true)";

    private TransactionSettings() {}

    /** Returns the expressions that set them until the end of the transaction, all for one {@code select}. */
    static String sql() {
        List<String> expressions = new ArrayList<>();
        settings().forEach((name, value) -> expressions.add("set_config('" + name + "', '" + value + "', true)"));
        expressions.add(DURABLE);
        expressions.add(PATIENT);
        expressions.add(Begun.sql());
        return String.join(", ", expressions);
    }

    /** Returns those that have one value always. */
    static Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        visibility(settings);
        values(settings);
        texts(settings);
        silence(settings);
        return settings;
    }

    /** A row that is hidden would look like one that is not there: without row security the server raises an error. */
    private static void visibility(Map<String, String> settings) {
        settings.put("row_security", "off");
        settings.put("gin_fuzzy_search_limit", "0");
    }

    /** What a value's text means where it is written, and how it looks where it is read. */
    private static void values(Map<String, String> settings) {
        settings.put("TimeZone", "UTC");
        settings.put("timezone_abbreviations", "Default");
        settings.put("DateStyle", "ISO, MDY");
        settings.put("IntervalStyle", "postgres");
        settings.put("array_nulls", "on");
        settings.put("extra_float_digits", "1");
        settings.put("bytea_output", "hex");
        settings.put("xmlbinary", "base64");
        settings.put("xmloption", "content");
        settings.put("lc_monetary", "C");
        settings.put("lc_numeric", "C");
        settings.put("lc_time", "C");
    }

    /** How the server reads the text of a statement, a caller's expressions included, and writes names. */
    private static void texts(Map<String, String> settings) {
        settings.put("standard_conforming_strings", "on");
        settings.put("backslash_quote", "safe_encoding");
        settings.put("transform_null_equals", "off");
        settings.put("quote_all_identifiers", "off");
    }

    /**
     * Nobody reads what triggers tell, and while rows are copied nobody could: once no more of it fits between both sides, the server waits to be
     * read, and the client to be let write.
     */
    private static void silence(Map<String, String> settings) {
        settings.put("client_min_messages", "error");
    }
}
