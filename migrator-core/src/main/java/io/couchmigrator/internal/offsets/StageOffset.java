// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.Tallies;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far one stage is. Immutable.
 *
 * @param name the stage's name
 * @param definition the stage's definition version when it was planned
 * @param source the database it reads; empty for a stage of table rows
 * @param phase what it is about to do
 * @param sequence the position in the change feed up to which all is done, as the raw token; null for table rows
 * @param total how many items the source had when the stage was planned
 * @param planned when it was planned
 * @param completed when it was last complete; null if it never was
 * @param ranges its ranges in the order of their keys
 * @param others what was counted outside the ranges: ids to do, changes and the last keys read again
 * @param witnesses some of the documents that were read, to know their database by
 * @param claims by what its runs had the table that it owns, in each database of the target; empty of other stages
 */
public record StageOffset(
        String name,
        int definition,
        Optional<Database> source,
        Phase phase,
        @Nullable JsonElement sequence,
        long total,
        Instant planned,
        @Nullable Instant completed,
        List<RangeOffset> ranges,
        Tallies others,
        List<Witness> witnesses,
        List<TableClaims> claims) {
    public StageOffset {
        ranges = List.copyOf(ranges);
        witnesses = List.copyOf(witnesses);
        claims = List.copyOf(claims);
    }

    /** Returns whether a token may be a position in a feed: each server's begins with how many changes there were, be it a number, a text or a list. */
    public static boolean isSequence(JsonElement token) {
        return token.isJsonPrimitive() ? token.getAsString().matches("(?s)[0-9].*") : !token.isJsonNull();
    }

    /** Returns one of which nothing is read yet. */
    public static StageOffset planned(
            String name,
            int definition,
            Optional<Database> source,
            @Nullable JsonElement sequence,
            long total,
            Instant at,
            List<RangeOffset> ranges) {
        return new StageOffset(
                name,
                definition,
                source,
                Phase.READING,
                sequence,
                total,
                at,
                null,
                ranges,
                Tallies.NONE,
                List.of(),
                List.of());
    }

    /**
     * What tells one CouchDB database from another of its name.
     *
     * @param name its name
     * @param instanceStartTime when it was created; "0" where the server does not say, which matches anything
     * @param updateSequence the sequence that it told of itself when the stage was planned or last began to catch up, as the
     *     raw token; null where none is known
     * @param purges how many purges it had that are done, as the raw token; null where none is known, as of a stage that does
     *     not heed them
     */
    public record Database(
            String name,
            String instanceStartTime,
            @Nullable JsonElement updateSequence,
            @Nullable JsonElement purges) {
        /** Creates one of a stage that heeds no purges. */
        public Database(String name, String instanceStartTime, @Nullable JsonElement updateSequence) {
            this(name, instanceStartTime, updateSequence, null);
        }

        /** Returns whether both may be the same database. */
        public boolean matches(Database other) {
            boolean known = isKnown() && other.isKnown();
            return name.equals(other.name) && (!known || instanceStartTime.equals(other.instanceStartTime));
        }

        private Database seenAs(Database seen) {
            return new Database(
                    name,
                    seen.isKnown() ? seen.instanceStartTime : instanceStartTime,
                    seen.updateSequence == null ? updateSequence : seen.updateSequence,
                    purges);
        }

        /** Returns the same with so many purges done. */
        public Database purged(@Nullable JsonElement done) {
            return new Database(name, instanceStartTime, updateSequence, done == null ? purges : done);
        }

        /** Returns whether the server says when it was created. */
        public boolean isKnown() {
            return !instanceStartTime.isEmpty() && !instanceStartTime.equals("0");
        }
    }

    /** What a stage is about to do. */
    public enum Phase {
        /** Ranges are left to read. */
        READING("reading"),
        /** All ranges are read; changes since the start are next. */
        CATCHING_UP("catching up"),
        /** All is done, but for changes that come later. */
        COMPLETE("complete");

        private final String word;

        Phase(String word) {
            this.word = word;
        }

        /** Returns the word that stands in the offset file. */
        public String word() {
            return word;
        }
    }

    /** Returns the same of a database that says when it was created, if the one that was saved did not. */
    public StageOffset of(Database seen) {
        boolean news = seen.isKnown() && source.isPresent() && !source.get().isKnown();
        return news ? from(seen.purged(source.get().purges())) : this;
    }

    /** Returns the same of its database as it says of itself now, before any more of it is read. */
    public StageOffset seenAs(Database seen) {
        return source.map(then -> from(then.seenAs(seen))).orElse(this);
    }

    /** Returns the same with so many purges of its database done. */
    public StageOffset purged(@Nullable JsonElement done) {
        return source.map(then -> from(then.purged(done))).orElse(this);
    }

    /**
     * Returns the same of another database, or of another state of it: what was read stays read, and all that the
     * database has is caught up with, from the beginning of its feed. Ranks of the former one count no longer.
     */
    public StageOffset movedTo(Database other) {
        List<RangeOffset> unranked = ranges.stream()
                .map(range -> range.done() ? range : range.unranked())
                .toList();
        StageOffset left = phase == Phase.COMPLETE ? in(Phase.CATCHING_UP) : this;
        return left.from(other).at(new JsonPrimitive(0)).with(unranked).witnessedBy(List.of());
    }

    /**
     * Returns the same of which nothing is read, to be planned: what was counted is forgotten, and what is outstanding stays so.
     *
     * @param now the stage's definition version by which it is read
     */
    public StageOffset anew(int now) {
        return new StageOffset(
                name,
                now,
                source,
                Phase.READING,
                sequence,
                total,
                planned,
                completed,
                List.of(RangeOffset.of(null, null)),
                Tallies.NONE,
                witnesses,
                claims);
    }

    /** Returns whether its keys are one range of which nothing is read or known, so that it is as well planned now. */
    public boolean isToBePlanned() {
        return ranges.equals(List.of(RangeOffset.of(null, null)));
    }

    private StageOffset from(Database now) {
        Optional<Database> of = Optional.of(now);
        return new StageOffset(
                name, definition, of, phase, sequence, total, planned, completed, ranges, others, witnesses, claims);
    }

    /** Returns the same about to do something else. */
    public StageOffset in(Phase now) {
        return new StageOffset(
                name, definition, source, now, sequence, total, planned, completed, ranges, others, witnesses, claims);
    }

    /** Returns the same, complete since then. */
    public StageOffset completedAt(Instant now) {
        return new StageOffset(
                name,
                definition,
                source,
                Phase.COMPLETE,
                sequence,
                total,
                planned,
                now,
                ranges,
                others,
                witnesses,
                claims);
    }

    /** Returns the same at another position in the change feed. */
    public StageOffset at(@Nullable JsonElement now) {
        return new StageOffset(
                name, definition, source, phase, now, total, planned, completed, ranges, others, witnesses, claims);
    }

    /** Returns the same with other ranges. */
    public StageOffset with(List<RangeOffset> now) {
        return new StageOffset(
                name, definition, source, phase, sequence, total, planned, completed, now, others, witnesses, claims);
    }

    /** Returns the same with more that was counted outside the ranges. */
    public StageOffset plus(Tallies tallies) {
        Tallies sum = others.plus(tallies);
        return new StageOffset(
                name, definition, source, phase, sequence, total, planned, completed, ranges, sum, witnesses, claims);
    }

    /** Returns the same with other witnesses. */
    public StageOffset witnessedBy(List<Witness> now) {
        return new StageOffset(
                name, definition, source, phase, sequence, total, planned, completed, ranges, others, now, claims);
    }

    /** Returns the same with other claims to its tables. */
    public StageOffset claimedBy(List<TableClaims> now) {
        return new StageOffset(
                name, definition, source, phase, sequence, total, planned, completed, ranges, others, witnesses, now);
    }

    /** Returns what was counted in all ranges. */
    public Tallies rangeTallies() {
        return ranges.stream().map(RangeOffset::tallies).reduce(Tallies.NONE, Tallies::plus);
    }

    /** Returns how many items a verification compared that counted so in ranges: what is rejected it does not compare. */
    public static long compared(Tallies ofRanges) {
        return ofRanges.read() - ofRanges.rejected();
    }

    /** Returns what a verification counted in all ranges, and of what came or changed behind them. */
    public Tallies verified() {
        return VerifiedTallies.of(rangeTallies(), others);
    }

    /**
     * Returns how many items are left to read: the ranks between where each range stands and where it ends, or what is
     * left of the total where ranks are not known. Exact while the source is still.
     */
    public long left() {
        long left = 0;
        long end = total;
        for (int i = ranges.size() - 1; i >= 0; i--) {
            RangeOffset range = ranges.get(i);
            if (range.rank().isEmpty()) {
                return Math.max(0, total - rangeTallies().read());
            }
            left += range.done() ? 0 : Math.max(0, end - range.rank().getAsLong());
            end = range.begun().rank().orElseThrow();
        }
        return left;
    }
}
