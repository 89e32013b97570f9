// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.Writer.Standing;
import io.couchmigrator.Writer.Standing.State;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.source.Item.Refused;
import io.couchmigrator.internal.verify.Comparison.Compared;
import java.util.List;
import java.util.Locale;

/**
 * One item whose rows may not all be as they should be.
 *
 * @param id the item
 * @param rev its revision; empty for source rows
 * @param reason why no rows can be made of it; empty if they can
 * @param rows those of its rows with which something is wrong
 * @param same how many of its rows are where they belong, as they should be
 * @param extraIn the databases that have a row of it and should not
 */
record Suspect(SourceId id, String rev, String reason, List<Compared> rows, long same, List<String> extraIn) {
    /** Returns one of which no rows can be made, so that it should have been rejected. */
    static Suspect of(Refused item) {
        return new Suspect(item.id(), item.rev(), item.code() + ": " + item.reason(), List.of(), 0, List.of());
    }

    /** Returns one as its rows stand, and those that it should not have. */
    static Suspect of(SourceId id, String rev, List<Compared> rows, List<String> extraIn) {
        List<Compared> wrong = rows.stream().filter(row -> !row.isSame()).toList();
        long same = rows.stream()
                .filter(row -> row.standing().state() == State.SAME)
                .count();
        return new Suspect(id, rev, "", wrong, same, extraIn);
    }

    /** Returns whether nothing is wrong with it. */
    boolean isGood() {
        return reason.isEmpty() && rows.isEmpty() && !isExtra();
    }

    /** Returns whether something of it is not there that should be. */
    boolean isMissing() {
        return !reason.isEmpty() || has(State.MISSING);
    }

    /** Returns whether a row of it has other values than it should have. */
    boolean isDifferent() {
        return has(State.DIFFERENT);
    }

    /** Returns whether a row of it is in a database where the application does not look for it. */
    boolean isMisplaced() {
        return rows.stream().anyMatch(row -> !row.misplacedIn().isEmpty());
    }

    /** Returns whether something of it is there that should not be. */
    boolean isExtra() {
        return !extraIn.isEmpty();
    }

    /** Returns whether it is for a run to write or to delete. */
    boolean isFaulty() {
        return isMissing() || isDifferent() || isExtra();
    }

    /** Returns what a run is to take it for. */
    Kind kind() {
        if (isMissing()) {
            return Kind.MISSING;
        }
        return isDifferent() ? Kind.DIFFERENT : Kind.EXTRA;
    }

    /** Returns how many of its rows stand how. Before a run has come to it, none of them is missing, or extra. */
    Rows count(boolean notYetMigrated) {
        return new Rows(
                notYetMigrated ? 0 : count(State.MISSING),
                count(State.DIFFERENT),
                count(State.LEFT_ALONE),
                rows.stream().mapToLong(row -> row.misplacedIn().size()).sum(),
                notYetMigrated ? 0 : extraIn.size());
    }

    private long count(State state) {
        return rows.stream().filter(row -> row.standing().state() == state).count();
    }

    private boolean has(State state) {
        return count(state) > 0;
    }

    /**
     * Returns what it counts for: the worst of what its rows are.
     *
     * @param again whether a run has written it since it was found wrong before
     */
    Verified verified(boolean again) {
        if (isFaulty()) {
            return switch (kind()) {
                case MISSING -> new Verified(1, 0, 0, 0, 0, again ? 1 : 0);
                case DIFFERENT -> new Verified(0, 1, 0, 0, 0, again ? 1 : 0);
                default -> new Verified(0, 0, 0, 0, 0, 0, 1);
            };
        }
        return isMisplaced() ? new Verified(0, 0, 0, 0, 1) : new Verified(0, 0, 1, 0);
    }

    /** Returns it as a line of the findings. */
    JsonObject json(String stage, boolean again) {
        JsonObject json = new JsonObject();
        json.addProperty("stage", stage);
        json.add("doc_id", id.json());
        json.addProperty("rev", rev.isEmpty() ? null : rev);
        json.addProperty("finding", finding() + (again ? " again" : ""));
        if (!reason.isEmpty()) {
            json.addProperty("reason", reason);
        } else {
            JsonArray all = new JsonArray();
            rows.forEach(row -> all.add(json(row)));
            json.add("rows", all);
        }
        JsonArray databases = new JsonArray();
        extraIn.stream().filter(database -> !database.isEmpty()).forEach(databases::add);
        if (!databases.isEmpty()) {
            json.add("extra_in", databases);
        }
        return json;
    }

    /** Returns what the whole of it is called: the worst of what its rows are. */
    private String finding() {
        if (!reason.isEmpty()) {
            return "not rejected";
        }
        return isFaulty() ? kind().toString() : isMisplaced() ? "misplaced" : "left alone";
    }

    private static JsonObject json(Compared compared) {
        Standing standing = compared.standing();
        JsonObject row = new JsonObject();
        row.addProperty("key", standing.key());
        row.addProperty(
                "state", standing.state().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        JsonArray columns = new JsonArray();
        standing.columns().forEach(columns::add);
        row.add("columns", columns);
        if (!compared.database().isEmpty()) {
            row.addProperty("database", compared.database());
            JsonArray misplacedIn = new JsonArray();
            compared.misplacedIn().forEach(misplacedIn::add);
            row.add("misplaced_in", misplacedIn);
        }
        return row;
    }
}
