// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.stream.Stream;

/**
 * By what the runs of a stage had a table that it owns, in one database of the target: what is claimed by something else was somebody else's in
 * between. Immutable.
 *
 * @param table the table's name
 * @param oid its oid
 * @param ids those of the claims: of the one by which the last run had it, and of each since that was to be made, and may have been
 */
public record TableClaims(String table, long oid, List<String> ids) {
    public TableClaims {
        ids = List.copyOf(ids);
    }

    /** Returns the same with one that is to be made. */
    public TableClaims and(String id) {
        return new TableClaims(
                table, oid, Stream.concat(ids.stream(), Stream.of(id)).toList());
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("table", table);
        json.addProperty("oid", oid);
        JsonArray of = new JsonArray();
        ids.forEach(of::add);
        json.add("ids", of);
        return json;
    }

    static TableClaims of(FilePlace place) {
        return new TableClaims(
                place.string("table"),
                place.number("oid"),
                place.strings("ids").asList().stream()
                        .map(JsonElement::getAsString)
                        .toList());
    }
}
