// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The story of a database that comes into a table: killed midway, gone on with, brought up to date, verified, and asked. */
final class ShopInSql {
    private static final String TABLE = "documents";
    private static final String LOG_DIRECTORY = "--log-dir=shop-logs";
    static final List<String> RUN = List.of("run", "documents", "--couch-db=" + Shop.DATABASE, LOG_DIRECTORY);
    static final List<String> VERIFY = List.of("verify", "documents", "--couch-db=" + Shop.DATABASE, LOG_DIRECTORY);

    private static final List<String> QUESTIONS = List.of(
            "select doc ->> 'type' as type, count(*) from documents group by type order by type",
            "select doc -> 'lines' -> 0 ->> 'product' as first from documents where id = 'order-00001'",
            """
            select c.doc ->> 'town' as town, count(*) as open_orders
              from documents o join documents c on c.id = o.doc ->> 'customer'
             where o.doc @> '{"type": "order", "state": "open"}'
             group by town order by town""",
            """
            select p.doc ->> 'name' as product, sum((line ->> 'count')::int) as sold
              from documents o cross join jsonb_array_elements(o.doc -> 'lines') line
              join documents p on p.id = line ->> 'product'
             group by product order by sold desc, product limit 3""");

    private final Narrator narrator;
    private final Shop shop;
    private final Servers servers;
    private final Terminal terminal;

    ShopInSql(Narrator narrator, Shop shop, Servers servers, Program program, Closer closer) {
        this.narrator = narrator;
        this.shop = shop;
        this.servers = servers;
        this.terminal = new Terminal(narrator, servers, program, closer);
    }

    /** Tells it and returns whether it ended well. */
    boolean tell() throws IOException, SQLException, InterruptedException {
        narrator.part(2, "The migration: it will be killed when half the rows are there.");
        if (!terminal.killsAt(shop.documents().size() / 2, TABLE, RUN)) {
            return false;
        }
        narrator.part(3, "The same command again: it goes on from the offset file.");
        if (!terminal.runsUntilDone(RUN)) {
            return false;
        }
        narrator.part(4, "The shop goes on, and the same command brings what changed.");
        shop.goesOn(servers.couch().database(Shop.DATABASE)).forEach(line -> narrator.say("   " + line));
        if (!terminal.runsUntilDone(RUN)) {
            return false;
        }
        narrator.part(5, "Are both sides equal? The program's own answer, and the demo's.");
        if (!terminal.runs(VERIFY) || !isEqual()) {
            return false;
        }
        narrator.part(6, "What can be asked now, in SQL.");
        for (String question : QUESTIONS) {
            ask(question);
        }
        return true;
    }

    private boolean isEqual() throws SQLException {
        Map<String, JsonObject> expected = new HashMap<>();
        shop.documents().forEach(document -> expected.put(document.get("_id").getAsString(), document));
        int wrong = 0;
        for (String row : servers.target().query("select (doc - '_rev')::text from documents")) {
            JsonObject document = JsonParser.parseString(row).getAsJsonObject();
            if (!document.equals(expected.remove(document.get("_id").getAsString()))) {
                wrong++;
            }
        }
        boolean equal = expected.isEmpty() && wrong == 0;
        narrator.say("   Of %s documents %s are missing in the table, and %s rows of it are wrong or too many%s"
                .formatted(
                        Narrator.number(shop.documents().size()), expected.size(), wrong, equal ? "." : ": FAILED."));
        return equal;
    }

    private void ask(String question) throws SQLException {
        List<String> lines = new ArrayList<>();
        lines.add("");
        question.lines().forEach(line -> lines.add("   " + line));
        servers.target()
                .query(
                        "select string_agg(value, ', ') from (select row_number() over () as n, row_to_json(answer) as answer"
                                + " from (" + question
                                + ") answer) answers cross join lateral json_each_text(answer) group by n order by n")
                .forEach(answer -> lines.add("   | " + answer));
        narrator.say(lines.toArray(String[]::new));
    }
}
