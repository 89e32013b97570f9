// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.commcare;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a migration log as far as it is compared: not the free text of a reason, not what an attachment holds.
 * Entries that are expected and entries that are there compare by {@code equals}, as a set.
 *
 * @param error the kind of entry, such as {@code unknown-domain} or the code of a reject
 * @param docType the document's type; null if it could not be read
 * @param docId the id as JSON text: {@code "abc"} with its quotes for a document, {@code 5} for a row
 * @param domain the domain, or null
 * @param attachments the names of the attachments
 */
public record ExpectedLogEntry(
        String error,
        @Nullable String docType,
        String docId,
        @Nullable String domain,
        Set<String> attachments) {

    /** Makes an entry of a line of a migration log or of {@code expected_log.jsonl}. */
    public static ExpectedLogEntry of(JsonObject line) {
        return new ExpectedLogEntry(
                line.get("error").getAsString(),
                text(line.get("doc_type")),
                String.valueOf(line.get("doc_id")),
                text(line.get("domain")),
                names(line.get("attachments")));
    }

    /** Reads a migration log, one JSON object a line; repeated entries count once. */
    public static Set<ExpectedLogEntry> readAll(Path migrationLog) throws IOException {
        Set<ExpectedLogEntry> entries = new LinkedHashSet<>();
        for (String line : Files.readAllLines(migrationLog)) {
            entries.add(of(JsonParser.parseString(line).getAsJsonObject()));
        }
        return entries;
    }

    private static @Nullable String text(@Nullable JsonElement value) {
        return value == null || value.isJsonNull() ? null : value.getAsString();
    }

    private static Set<String> names(@Nullable JsonElement attachments) {
        Set<String> names = new TreeSet<>();
        JsonElement present = attachments == null ? JsonNull.INSTANCE : attachments;
        if (present.isJsonObject()) {
            names.addAll(present.getAsJsonObject().keySet());
        } else if (present.isJsonArray()) {
            present.getAsJsonArray().forEach(name -> names.add(name.getAsString()));
        }
        return names;
    }
}
