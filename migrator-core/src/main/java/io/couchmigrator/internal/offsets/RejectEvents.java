// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.internal.files.JsonFiles;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the events of a rejects file come to, one after the other. */
final class RejectEvents {
    static final String RESOLVED = "resolved";
    static final String CONFIRMED = "confirmed";

    private final Map<Item, Event> outstanding = new LinkedHashMap<>();
    /**
     * At which revision a run wrote what a verification had found. That one found it mended afterwards changes nothing: of two
     * documents with one key each is so in its turn.
     */
    private final Map<Item, String> written = new HashMap<>();

    private long told;

    record Item(String stage, SourceId id) {}

    record Event(Kind kind, String rev, String code, String reason) {}

    /**
     * Reads the events of a file. A last line without an end is none: nothing was built on it.
     *
     * @throws OffsetsRefusedException if a line of it is no event
     */
    static RejectEvents read(Path path) throws IOException {
        RejectEvents events = new RejectEvents();
        List<String> lines;
        try {
            lines = wholeLines(path);
        } catch (NoSuchFileException e) {
            return events;
        } catch (CharacterCodingException e) {
            throw new OffsetsRefusedException(
                    "\"%s\" is not UTF-8: restore the file from a copy, or start over with --reset (rows stay, all is read again)"
                            .formatted(path),
                    e);
        }
        for (int i = 0; i < lines.size(); i++) {
            try {
                events.add(JsonFiles.parse(lines.get(i)).getAsJsonObject());
            } catch (JsonParseException
                    | IllegalStateException
                    | NullPointerException
                    | ArithmeticException
                    | NumberFormatException
                    | UnsupportedOperationException e) {
                throw new OffsetsRefusedException(
                        "line %s of \"%s\" is no event of a reject: restore the file from a copy, or start over with --reset (rows stay, all is read again)"
                                .formatted(i + 1, path),
                        e);
            }
        }
        return events;
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

    /**
     * Takes the next event.
     *
     * @throws RuntimeException if it is none
     */
    void add(JsonObject line) {
        Item item = new Item(line.get("stage").getAsString(), SourceId.of(line.get("doc_id")));
        Optional<String> rev = text(line.get("rev"));
        String event = line.get("event").getAsString();
        switch (event) {
            case RESOLVED -> resolved(item, rev);
            case CONFIRMED -> outstanding.remove(item);
            default -> {
                Kind kind = Kind.of(event).orElseThrow(() -> new JsonParseException("an unknown event"));
                told++;
                if (kind == Kind.REJECTED) {
                    outstanding.put(
                            item,
                            new Event(
                                    kind,
                                    rev.orElse(""),
                                    line.get("code").getAsString(),
                                    text(line.get("reason")).orElse("")));
                    written.remove(item);
                } else {
                    outstanding.putIfAbsent(item, new Event(kind, rev.orElse(""), "", ""));
                }
            }
        }
    }

    private void resolved(Item item, Optional<String> rev) {
        Event event = outstanding.remove(item);
        if (event != null && event.kind() != Kind.REJECTED && rev.isPresent()) {
            written.put(item, rev.get());
        } else {
            written.remove(item);
        }
    }

    /** Returns how often something became outstanding. */
    long told() {
        return told;
    }

    /** Returns what is outstanding, in the order of the events. */
    Map<Item, Event> outstanding() {
        return outstanding;
    }

    /** Returns whether a run wrote an item, at this revision, because of what a verification had found. */
    boolean wasWritten(Item item, String rev) {
        return rev.equals(written.get(item));
    }

    /** Returns whether a verification found something of an item that stands. */
    boolean isFound(Item item) {
        Event event = outstanding.get(item);
        return event != null && event.kind() != Kind.REJECTED;
    }

    private static Optional<String> text(@Nullable JsonElement element) {
        return element == null || element.isJsonNull() ? Optional.empty() : Optional.of(element.getAsString());
    }
}
