// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonObject;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;

/** The JSON of tallies in an offset file. What not every stage counts is left out where it is none. */
final class TalliesFormat {
    private TalliesFormat() {}

    static JsonObject json(Tallies tallies) {
        JsonObject json = new JsonObject();
        json.addProperty("read", tallies.read());
        json.addProperty("processed", tallies.processed());
        json.addProperty("filtered", tallies.filtered());
        json.addProperty("rejected", tallies.rejected());
        json.addProperty("written", tallies.written());
        json.addProperty("already_there", tallies.alreadyThere());
        if (tallies.deleted() > 0) {
            json.addProperty("deleted", tallies.deleted());
        }
        if (!tallies.verified().equals(Verified.NONE)) {
            json.add("verified", json(tallies.verified()));
        }
        if (!tallies.rows().equals(Rows.NONE)) {
            json.add("rows", json(tallies.rows()));
        }
        return json;
    }

    static Tallies tallies(FilePlace place) {
        return new Tallies(
                place.count("read"),
                place.count("processed"),
                place.count("filtered"),
                place.count("rejected"),
                place.count("written"),
                place.count("already_there"),
                place.has("deleted") ? place.count("deleted") : 0,
                place.has("verified") ? verified(place.object("verified")) : Verified.NONE,
                place.has("rows") ? rows(place.object("rows")) : Rows.NONE);
    }

    private static JsonObject json(Verified verified) {
        JsonObject json = new JsonObject();
        json.addProperty("missing", verified.missing());
        json.addProperty("different", verified.different());
        json.addProperty("left_alone", verified.leftAlone());
        json.addProperty("not_yet_migrated", verified.notYetMigrated());
        if (verified.misplaced() > 0) {
            json.addProperty("misplaced", verified.misplaced());
        }
        if (verified.again() > 0) {
            json.addProperty("again", verified.again());
        }
        if (verified.extra() > 0) {
            json.addProperty("extra", verified.extra());
        }
        return json;
    }

    private static Verified verified(FilePlace place) {
        return new Verified(
                place.count("missing"),
                place.count("different"),
                place.count("left_alone"),
                place.count("not_yet_migrated"),
                place.has("misplaced") ? place.count("misplaced") : 0,
                place.has("again") ? place.count("again") : 0,
                place.has("extra") ? place.count("extra") : 0);
    }

    private static JsonObject json(Rows rows) {
        JsonObject json = new JsonObject();
        json.addProperty("missing", rows.missing());
        json.addProperty("different", rows.different());
        json.addProperty("left_alone", rows.leftAlone());
        json.addProperty("misplaced", rows.misplaced());
        if (rows.extra() > 0) {
            json.addProperty("extra", rows.extra());
        }
        return json;
    }

    private static Rows rows(FilePlace place) {
        return new Rows(
                place.count("missing"),
                place.count("different"),
                place.count("left_alone"),
                place.count("misplaced"),
                place.has("extra") ? place.count("extra") : 0);
    }
}
