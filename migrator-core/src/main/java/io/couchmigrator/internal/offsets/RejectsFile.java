// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.Rejection;
import io.couchmigrator.internal.files.JsonFiles;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.files.LogDirectory;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which items a run is to take first, by id, as events in a file that only grows: {@code rejected} by a run, {@code
 * missing} or {@code different} to a verification, and {@code resolved}, by stage and id. What is not resolved after the
 * last event of each is outstanding. Safe for use by multiple threads.
 */
public final class RejectsFile implements AutoCloseable {
    private final LineFile file;
    private final Clock clock;
    private final Map<Item, Event> outstanding;

    private RejectsFile(LineFile file, Clock clock, Map<Item, Event> outstanding) {
        this.file = file;
        this.clock = clock;
        this.outstanding = outstanding;
    }

    private record Item(String stage, SourceId id) {}

    private record Event(Kind kind, String rev, String code) {
        /** What a verification found. */
        Event(Kind kind) {
            this(kind, "", "");
        }
    }

    /** Why an item is outstanding. */
    public enum Kind {
        /** A run rejected it. */
        REJECTED("rejected"),
        /** A verification did not find what should be there of it. */
        MISSING("missing"),
        /** A verification found other values than should be there. */
        DIFFERENT("different");

        private final String word;

        Kind(String word) {
            this.word = word;
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
     * @throws LogDirectoryException if the file cannot be read, or a line of it is no event
     */
    public static RejectsFile open(Path path, Clock clock) {
        try {
            cutTornLine(path);
            return new RejectsFile(LineFile.confidential(path), clock, read(path));
        } catch (IOException e) {
            throw LogDirectory.failed("read", path, e);
        }
    }

    /**
     * Looks whether a file could be opened, and changes nothing.
     *
     * @throws LogDirectoryException if it cannot be read, or a line of it is no event
     */
    public static void probe(Path path) {
        try {
            read(path);
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
        return outstanding.entrySet().stream()
                .filter(entry -> entry.getKey().stage().equals(stage))
                .filter(entry -> (entry.getValue().kind() == Kind.REJECTED) == rejected)
                .map(entry -> entry.getKey().id())
                .toList();
    }

    /** Returns how many items are outstanding, for whatever reason. */
    public synchronized long outstanding() {
        return outstanding.size();
    }

    /** Returns how many items runs rejected. */
    public synchronized long outstandingRejects() {
        return outstanding.values().stream()
                .filter(event -> event.kind() == Kind.REJECTED)
                .count();
    }

    /** Returns whether a run rejected an item, and that still stands. */
    public synchronized boolean isRejected(String stage, SourceId id) {
        Event event = outstanding.get(new Item(stage, id));
        return event != null && event.kind() == Kind.REJECTED;
    }

    /**
     * Records that an item is rejected, unless it is known to be so for the same reason in the same revision.
     *
     * @param said what the target itself says of it, which may quote values and stands in this file alone
     */
    public synchronized void rejected(SourceId id, Rejection rejection, Optional<String> said) {
        Item item = new Item(rejection.stage(), id);
        Event event = new Event(Kind.REJECTED, rejection.rev().orElse(""), rejection.code());
        if (event.equals(outstanding.get(item))) {
            return;
        }
        JsonObject line = line(Kind.REJECTED.word, item);
        line.addProperty("rev", rejection.rev().orElse(null));
        line.addProperty("code", rejection.code());
        line.addProperty("reason", rejection.reason());
        said.ifPresent(message -> line.addProperty("said", message));
        file.append(line);
        outstanding.put(item, event);
    }

    /** Records what a verification found, for the next run to write, unless the item is outstanding anyway. */
    public synchronized void toWrite(String stage, SourceId id, Kind found) {
        Item item = new Item(stage, id);
        if (!outstanding.containsKey(item)) {
            file.append(line(found.word, item));
            outstanding.put(item, new Event(found));
        }
    }

    /**
     * Records that an item is no longer outstanding.
     *
     * @return whether it was
     */
    public synchronized boolean resolved(String stage, SourceId id) {
        Item item = new Item(stage, id);
        if (!outstanding.containsKey(item)) {
            return false;
        }
        file.append(line("resolved", item));
        outstanding.remove(item);
        return true;
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

    private static Map<Item, Event> read(Path path) throws IOException {
        Map<Item, Event> outstanding = new LinkedHashMap<>();
        List<String> lines;
        try {
            lines = wholeLines(path);
        } catch (NoSuchFileException e) {
            return outstanding;
        } catch (CharacterCodingException e) {
            throw new LogDirectoryException(
                    "\"%s\" is not UTF-8: restore the file from a copy, or start over with --reset (rows stay, all is read again)"
                            .formatted(path),
                    e);
        }
        for (int i = 0; i < lines.size(); i++) {
            try {
                apply(JsonFiles.parse(lines.get(i)).getAsJsonObject(), outstanding);
            } catch (JsonParseException
                    | IllegalStateException
                    | NullPointerException
                    | ArithmeticException
                    | NumberFormatException
                    | UnsupportedOperationException e) {
                throw new LogDirectoryException(
                        "line %s of \"%s\" is no event of a reject: restore the file from a copy, or start over with --reset (rows stay, all is read again)"
                                .formatted(i + 1, path),
                        e);
            }
        }
        return outstanding;
    }

    private static List<String> wholeLines(Path path) throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, 0, end))
                .toString()
                .lines()
                .toList();
    }

    private static void apply(JsonObject line, Map<Item, Event> outstanding) {
        Item item = new Item(line.get("stage").getAsString(), SourceId.of(line.get("doc_id")));
        switch (line.get("event").getAsString()) {
            case "rejected" ->
                outstanding.put(
                        item,
                        new Event(
                                Kind.REJECTED,
                                text(line.get("rev")).orElse(""),
                                line.get("code").getAsString()));
            case "missing" -> outstanding.putIfAbsent(item, new Event(Kind.MISSING));
            case "different" -> outstanding.putIfAbsent(item, new Event(Kind.DIFFERENT));
            case "resolved" -> outstanding.remove(item);
            default -> throw new JsonParseException("an unknown event");
        }
    }

    private static Optional<String> text(@Nullable JsonElement element) {
        return element == null || element.isJsonNull() ? Optional.empty() : Optional.of(element.getAsString());
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
