// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

    record Item(String stage, SourceId id) {}

    record Event(Kind kind, String rev, String code) {}

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
                if (kind == Kind.REJECTED) {
                    outstanding.put(
                            item,
                            new Event(kind, rev.orElse(""), line.get("code").getAsString()));
                    written.remove(item);
                } else {
                    outstanding.putIfAbsent(item, new Event(kind, rev.orElse(""), ""));
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
