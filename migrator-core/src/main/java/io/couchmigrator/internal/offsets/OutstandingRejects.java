// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationInfo.Outstanding;
import io.couchmigrator.Rejection;
import io.couchmigrator.internal.files.JsonFiles;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.files.WholeLines;
import io.couchmigrator.internal.offsets.RejectEvents.Item;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/** What is outstanding, and why: which lines tell that is remembered, what they tell is read again for each code. Safe for use by multiple threads. */
public final class OutstandingRejects implements Outstanding {
    private final Path path;
    private final List<Item> items;
    private final Map<String, Long> byCode = new TreeMap<>();
    private final long foundByVerification;

    /** Creates one of what some events come to. */
    public OutstandingRejects(RejectEvents events) {
        this.path = events.path();
        this.foundByVerification = events.count(stage -> true, kind -> kind != Kind.REJECTED);
        this.items = events.outstanding()
                .sorted(Comparator.comparingLong(Item::line))
                .toList();
        read(rejection -> byCode.merge(rejection.code(), 1L, Long::sum));
    }

    @Override
    public Map<String, Long> byCode() {
        return Collections.unmodifiableMap(byCode);
    }

    @Override
    public long foundByVerification() {
        return foundByVerification;
    }

    @Override
    public void forEach(String code, Consumer<Rejection> each) {
        read(rejection -> {
            if (rejection.code().equals(code)) {
                each.accept(rejection);
            }
        });
    }

    private void read(Consumer<Rejection> each) {
        Reading reading = new Reading(each);
        try {
            WholeLines.read(path, reading);
        } catch (IOException e) {
            throw LogDirectory.failed("read", path, e);
        }
        if (reading.next < items.size()) {
            throw replaced();
        }
    }

    /** Takes all lines, in their order. Used once. */
    private final class Reading implements WholeLines.Reader {
        private final Consumer<Rejection> each;
        private long number;
        private int next;

        private Reading(Consumer<Rejection> each) {
            this.each = each;
        }

        @Override
        public void line(byte[] line) {
            number++;
            if (next < items.size() && items.get(next).line() == number) {
                each.accept(rejection(line, items.get(next)));
                next++;
            }
        }
    }

    private Rejection rejection(byte[] line, Item item) {
        try {
            JsonObject event =
                    JsonFiles.parse(new String(line, StandardCharsets.UTF_8)).getAsJsonObject();
            if (event.get("stage").getAsString().equals(item.stage())
                    && SourceId.of(event.get("doc_id")).equals(item.id())) {
                return rejection(event, item);
            }
        } catch (JsonParseException | IllegalStateException | NullPointerException | NumberFormatException e) {
            // The line is another one than before, as below.
        }
        throw replaced();
    }

    private static Rejection rejection(JsonObject event, Item item) {
        String word = text(event, "event").orElse("");
        return new Rejection(
                item.stage(),
                item.id().text(),
                text(event, "rev"),
                text(event, "code").orElse(word),
                text(event, "reason").orElseGet(() -> found(word)));
    }

    private static Optional<String> text(JsonObject event, String name) {
        JsonElement value = event.get(name);
        return value == null || value.isJsonNull() ? Optional.empty() : Optional.of(value.getAsString());
    }

    private static String found(String word) {
        return Kind.of(word)
                .map(kind -> switch (kind) {
                    case MISSING, MISSING_AGAIN -> "a verification did not find a row of it";
                    case DIFFERENT, DIFFERENT_AGAIN -> "a verification found a row of it with other values";
                    case EXTRA -> "a verification found a row of it that should not be there";
                    case REJECTED -> "";
                })
                .orElse("");
    }

    private LogDirectoryException replaced() {
        return new LogDirectoryException(
                "\"%s\" was replaced while it was read, by a run that began: ask again".formatted(path));
    }
}
