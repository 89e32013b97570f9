// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonObject;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.Rejection;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.RejectEvents.Event;
import io.couchmigrator.internal.offsets.RejectEvents.Item;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which items a run is to take first, by id, as events in a file that only grows: {@code rejected} or {@code resolved} by a
 * run, {@code missing}, {@code different} or {@code confirmed} by a verification, by stage and id. What is neither resolved nor
 * confirmed after the last event of each is outstanding. What a verification finds wrong once more after a run has written it
 * is {@code missing again} or {@code different again}: runs go on trying it, and only a verification tells that it is mended.
 * Safe for use by multiple threads.
 */
public final class RejectsFile implements AutoCloseable {
    private final LineFile file;
    private final Clock clock;
    private final RejectEvents events;

    private RejectsFile(LineFile file, Clock clock, RejectEvents events) {
        this.file = file;
        this.clock = clock;
        this.events = events;
    }

    /** Why an item is outstanding. */
    public enum Kind {
        /** A run rejected it. */
        REJECTED("rejected"),
        /** A verification did not find what should be there of it. */
        MISSING("missing"),
        /** A verification found other values than should be there. */
        DIFFERENT("different"),
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
     * Reads the events there are and goes on after them. A last line without an end was being written when a run
     * died; nothing was built on it, so it is cut off.
     *
     * @throws LogDirectoryException if the file cannot be read
     * @throws OffsetsRefusedException if a line of it is no event
     */
    public static RejectsFile open(Path path, Clock clock) {
        try {
            cutTornLine(path);
            return new RejectsFile(LineFile.confidential(path), clock, RejectEvents.read(path));
        } catch (IOException e) {
            throw LogDirectory.failed("read", path, e);
        }
    }

    /**
     * Looks whether a file could be opened, and changes nothing.
     *
     * @return how often it tells that something became outstanding, which is never less often than an offset file counts
     * @throws LogDirectoryException if it cannot be read
     * @throws OffsetsRefusedException if a line of it is no event
     */
    public static long probe(Path path) {
        try {
            return RejectEvents.read(path).told();
        } catch (IOException e) {
            throw LogDirectory.failed("read", path, e);
        }
    }

    /** Returns the ids of a stage that runs rejected, in the order in which they did. */
    public List<SourceId> rejected(String stage) {
        return ids(stage, true);
    }

    /** Returns the ids of a stage whose rows a verification found missing or different, in the order in which it did. */
    public List<SourceId> toWrite(String stage) {
        return ids(stage, false);
    }

    private synchronized List<SourceId> ids(String stage, boolean rejected) {
        return events.outstanding().entrySet().stream()
                .filter(entry -> entry.getKey().stage().equals(stage))
                .filter(entry -> (entry.getValue().kind() == Kind.REJECTED) == rejected)
                .map(entry -> entry.getKey().id())
                .toList();
    }

    /** Returns how many items are outstanding, for whatever reason. */
    public synchronized long outstanding() {
        return events.outstanding().size();
    }

    /** Returns how many items runs rejected. */
    public synchronized long outstandingRejects() {
        return outstanding(kind -> kind == Kind.REJECTED);
    }

    /** Returns how many items a verification found wrong again after a run had written them. */
    public synchronized long outstandingAgain() {
        return outstanding(Kind::isAgain);
    }

    private long outstanding(Predicate<Kind> which) {
        return events.outstanding().values().stream()
                .filter(event -> which.test(event.kind()))
                .count();
    }

    /** Returns whether a run rejected an item, and that still stands. */
    public synchronized boolean isRejected(String stage, SourceId id) {
        Event event = events.outstanding().get(new Item(stage, id));
        return event != null && event.kind() == Kind.REJECTED;
    }

    /**
     * Records that an item is rejected, unless it is known to be so for the same reason in the same revision.
     *
     * @param said what the target itself says of it, which may quote values and stands in this file alone
     */
    public synchronized void rejected(SourceId id, Rejection rejection, Optional<String> said) {
        Item item = new Item(rejection.stage(), id);
        Event event = new Event(Kind.REJECTED, rejection.rev().orElse(""), rejection.code(), rejection.reason());
        if (event.equals(events.outstanding().get(item))) {
            return;
        }
        JsonObject line = line(Kind.REJECTED.word, item);
        line.addProperty("rev", rejection.rev().orElse(null));
        line.addProperty("code", rejection.code());
        line.addProperty("reason", rejection.reason());
        said.ifPresent(message -> line.addProperty("said", message));
        add(line);
    }

    /**
     * Records what a verification found, for the next run to write, unless the item is outstanding anyway.
     *
     * @param rev the revision that was compared; empty for source rows
     * @return whether a run had written the item already
     */
    public synchronized boolean toWrite(String stage, SourceId id, String rev, Kind found) {
        Item item = new Item(stage, id);
        Event known = events.outstanding().get(item);
        if (known != null) {
            return known.kind().isAgain();
        }
        boolean again = events.wasWritten(item, rev);
        JsonObject line = line((again ? found.again() : found).word, item);
        line.addProperty("rev", rev);
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
        Item item = new Item(stage, id);
        Event known = events.outstanding().get(item);
        if (known == null || (known.kind().isAgain() && written.equals(Optional.of(known.rev())))) {
            return false;
        }
        JsonObject line = line(RejectEvents.RESOLVED, item);
        written.ifPresent(rev -> line.addProperty("rev", rev));
        add(line);
        return true;
    }

    /** Records that a verification found an item as it should be, if one had found something wrong of it that stands. */
    public synchronized void confirmed(String stage, SourceId id) {
        Item item = new Item(stage, id);
        if (events.isFound(item)) {
            add(line(RejectEvents.CONFIRMED, item));
        }
    }

    private void add(JsonObject line) {
        file.append(line);
        events.add(line);
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

    private JsonObject line(String event, Item item) {
        JsonObject line = new JsonObject();
        line.addProperty("event", event);
        line.addProperty("at", clock.instant().toString());
        line.addProperty("stage", item.stage());
        line.add("doc_id", item.id().json());
        return line;
    }

    private static void cutTornLine(Path path) throws IOException {
        if (Files.notExists(path)) {
            return;
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            long end = file.length();
            while (end > 0) {
                file.seek(end - 1);
                if (file.read() == '\n') {
                    break;
                }
                end--;
            }
            if (end < file.length()) {
                file.setLength(end);
            }
        }
    }
}
