// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonObject;
import io.couchmigrator.Rejection;
import io.couchmigrator.internal.files.JsonFiles;
import io.couchmigrator.internal.files.LineFile;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which items a run is to take first, by id, as events in a file: {@code rejected} or {@code resolved} by a run,
 * {@code missing}, {@code different} or {@code confirmed} by a verification, by stage and id. What is neither resolved nor
 * confirmed after the last event of each is outstanding. What a verification finds wrong once more after a run has written it
 * is {@code missing again} or {@code different again}: runs go on trying it, and only a verification tells that it is mended.
 * Lines are only added; between two runs {@link RejectEvents#compact} may leave out those that no longer matter.
 * Safe for use by multiple threads.
 */
public final class RejectsFile implements AutoCloseable {
    private static final String ONLY_VERIFIED =
            "a run had written it since the same was found before: what a run writes once more stays outstanding until a verification of all that rows hold finds it right";

    private final LineFile file;
    private final Clock clock;
    private final RejectEvents events;
    private final Predicate<String> stages;

    private RejectsFile(LineFile file, Clock clock, RejectEvents events, Predicate<String> stages) {
        this.file = file;
        this.clock = clock;
        this.events = events;
        this.stages = stages;
    }

    /** Why an item is outstanding. */
    public enum Kind {
        /** A run rejected it. */
        REJECTED("rejected"),
        /** A verification did not find what should be there of it. */
        MISSING("missing"),
        /** A verification found other values than should be there. */
        DIFFERENT("different"),
        /** A verification found a row of it that should not be there. */
        EXTRA("extra"),
        /** The first after a run had written it, in the same revision. */
        MISSING_AGAIN("missing again"),
        /** The second, likewise. */
        DIFFERENT_AGAIN("different again");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** Returns the kind of this event in the file. */
        static Optional<Kind> of(String word) {
            return Arrays.stream(values())
                    .filter(kind -> kind.word.equals(word))
                    .findFirst();
        }

        /** Returns whether a run had written it already. */
        public boolean isAgain() {
            return this == MISSING_AGAIN || this == DIFFERENT_AGAIN;
        }

        private Kind again() {
            return this == MISSING ? MISSING_AGAIN : DIFFERENT_AGAIN;
        }

        /** Returns the event in the file. */
        @Override
        public String toString() {
            return word;
        }
    }

    /**
     * Goes on after events that were read. What the file has behind them is cut off when it is next written to.
     *
     * @param stages those whose items are counted, by name; the events of others stay as they are
     */
    public static RejectsFile open(RejectEvents events, Predicate<String> stages, Clock clock) {
        return new RejectsFile(LineFile.continued(events.path(), events.end()), clock, events, stages);
    }

    /** Returns the ids of a stage that runs rejected, in the order in which they did. */
    public synchronized List<SourceId> rejected(String stage) {
        return events.ids(stage, kind -> kind == Kind.REJECTED);
    }

    /** Returns the ids of a stage whose rows a verification found missing, different or extra, in the order in which it did. */
    public synchronized List<SourceId> toWrite(String stage) {
        return events.ids(stage, kind -> kind != Kind.REJECTED);
    }

    /** Returns how many items are outstanding, for whatever reason. */
    public synchronized long outstanding() {
        return events.count(stages, kind -> true);
    }

    /** Returns how many of the items that were read are done. */
    public synchronized long done(long read) {
        return events.done(read, stages);
    }

    /** Returns how an offset file that is saved now knows the file again. */
    public synchronized RejectsMark mark() {
        return events.mark();
    }

    /** Returns how many items runs rejected. */
    public synchronized long outstandingRejects() {
        return events.count(stages, kind -> kind == Kind.REJECTED);
    }

    /** Returns how many items a verification found wrong again after a run had written them. */
    public synchronized long outstandingAgain() {
        return events.count(stages, Kind::isAgain);
    }

    /** Returns whether a run rejected an item, and that still stands. */
    public synchronized boolean isRejected(String stage, SourceId id) {
        return isRejected(events.kind(stage, id));
    }

    private static boolean isRejected(Optional<Kind> known) {
        return known.equals(Optional.of(Kind.REJECTED));
    }

    /**
     * Records that an item is rejected, unless it is known to be so for the same reason in the same revision.
     *
     * @param said what the target itself says of it, which may quote values and stands in this file alone
     */
    public synchronized void rejected(SourceId id, Rejection rejection, Optional<String> said) {
        if (isRejected(rejection.stage(), id)
                && events.isSaid(
                        rejection.stage(), id, rejection.rev().orElse(""), rejection.code(), rejection.reason())) {
            return;
        }
        JsonObject line = line(Kind.REJECTED.word, rejection.stage(), id);
        line.addProperty("rev", rejection.rev().orElse(null));
        line.addProperty("code", rejection.code());
        line.addProperty("reason", rejection.reason());
        said.ifPresent(message -> line.addProperty("said", message));
        add(line);
    }

    /**
     * Records what a verification found, for the next run to write or to delete, unless the item is outstanding anyway.
     *
     * @param rev the revision that was compared; empty for source rows, and for documents that are not there
     * @return whether a run had written the item already
     */
    public synchronized boolean toWrite(String stage, SourceId id, String rev, Kind found) {
        Optional<Kind> known = events.kind(stage, id);
        if (known.isPresent()) {
            return known.get().isAgain();
        }
        boolean again = found != Kind.EXTRA && events.wasWritten(stage, id, rev);
        JsonObject line = line((again ? found.again() : found).word, stage, id);
        line.addProperty("rev", rev);
        if (again) {
            line.addProperty("reason", ONLY_VERIFIED);
        }
        add(line);
        return again;
    }

    /**
     * Records that an item is no longer outstanding, as far as a run can tell: not if a verification found it wrong after a
     * run had written the same revision.
     *
     * @param written the revision that was written; empty if there is nothing to write any more
     * @return whether it was, and no longer is
     */
    public synchronized boolean resolved(String stage, SourceId id, Optional<String> written) {
        Optional<Kind> known = events.kind(stage, id);
        if (known.isEmpty()
                || (known.get().isAgain() && written.isPresent() && events.isSaid(stage, id, written.get()))) {
            return false;
        }
        JsonObject line = line(RejectEvents.RESOLVED, stage, id);
        written.ifPresent(rev -> line.addProperty("rev", rev));
        add(line);
        return true;
    }

    /** Records that a verification found an item as it should be, if one had found something wrong of it that stands. */
    public synchronized void confirmed(String stage, SourceId id) {
        Optional<Kind> known = events.kind(stage, id);
        if (known.isPresent() && !isRejected(known)) {
            add(line(RejectEvents.CONFIRMED, stage, id));
        }
    }

    private void add(JsonObject line) {
        String text = JsonFiles.line(line);
        file.append(text);
        events.add(line, text);
    }

    /** Returns where the events are. */
    public Path path() {
        return file.path();
    }

    /** Makes all events durable. */
    public void force() {
        file.force();
    }

    @Override
    public void close() {
        file.close();
    }

    private JsonObject line(String event, String stage, SourceId id) {
        JsonObject line = new JsonObject();
        line.addProperty("event", event);
        line.addProperty("at", clock.instant().toString());
        line.addProperty("stage", stage);
        line.add("doc_id", id.json());
        return line;
    }
}
