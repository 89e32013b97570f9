// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Lookup;
import io.couchmigrator.RejectException;
import io.couchmigrator.SourceRow;
import io.couchmigrator.Stage;
import io.couchmigrator.TableStage;
import io.couchmigrator.commcare.Transformation.Found;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedLogEntry;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pushes whole cases through all stages without a server: what comes out must be what the case expects. */
@Tag("values")
final class CorpusTransformTest {
    private static final Pattern INSERT = Pattern.compile("INSERT INTO (\\w+) ?\\((.*?)\\) VALUES \\((.*?)\\);");

    private final List<ExpectedRow> rows = new ArrayList<>();
    private final Map<String, Set<ExpectedLogEntry>> log = new LinkedHashMap<>();

    @ParameterizedTest
    @ValueSource(strings = {"commcarehq", "migrator_test_other"})
    void givesExactlyTheRowsAndEntriesOfTheCorpus(String mainDatabase) {
        Corpus corpus = Corpus.load(mainDatabase);

        transformAll(mainDatabase, corpus.databases(), corpus.sourcesSql());

        assertThat(rows).containsExactlyInAnyOrderElementsOf(corpus.rows());
        log.forEach((stage, entries) ->
                assertThat(entries).as(stage).containsExactlyInAnyOrderElementsOf(corpus.log(stage)));
        assertThat(log.values().stream().mapToInt(Set::size).sum())
                .isEqualTo(corpus.log().size());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 20181024})
    void givesExactlyTheRowsOfASample(long seed) {
        SampleDocuments sample = SampleDocuments.of("sample", seed, 3000, 0);
        Map<String, List<JsonObject>> databases = new HashMap<>();
        sample.documents().forEach(each -> databases
                .computeIfAbsent(each.database(), name -> new ArrayList<>())
                .add(each.document()));
        databases.put(sample.usersDatabase(), sample.users());

        transformAll("sample", databases, sample.sourcesSql());

        assertThat(rows).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(sample.rows());
    }

    private void transformAll(String mainDatabase, Map<String, List<JsonObject>> databases, String sourcesSql) {
        Map<String, List<Map<String, String>>> tables = tables(sourcesSql);
        Found found = found(mainDatabase, databases, tables);
        for (Stage<?, ?> stage : BlobMetadata.migration(mainDatabase).stages()) {
            log.put(stage.name(), new HashSet<>());
            if (stage instanceof DocumentStage<?> documents) {
                for (JsonObject each : databases.getOrDefault(documents.database(), List.of())) {
                    Document document = read(documents, each);
                    if (documents.condition().test(document)) {
                        transform(documents, document, new JsonPrimitive(document.id()), found);
                    }
                }
            } else if (stage instanceof TableStage<?> table) {
                for (Map<String, String> each :
                        tables.getOrDefault(table.table().toString(), List.of())) {
                    SourceRow row = read(table, each);
                    transform(table, row, new JsonPrimitive(row.id()), found);
                }
            }
        }
    }

    private <S> void transform(Stage<S, ?> stage, S source, JsonPrimitive id, Found found) {
        Set<ExpectedLogEntry> entries = log.computeIfAbsent(stage.name(), name -> new HashSet<>());
        try {
            Transformation<?> made = Transformation.of(stage, source, found);
            made.rows().forEach(row -> rows.add(expected((BlobMeta) row)));
            made.log().forEach(entry -> entries.add(ExpectedLogEntry.of(entry)));
        } catch (RejectException e) {
            JsonObject entry = new JsonObject();
            entry.addProperty("error", e.code());
            entry.add("doc_type", source instanceof Document document ? document.field("doc_type") : null);
            entry.add("doc_id", id);
            entries.add(ExpectedLogEntry.of(entry));
        }
    }

    private static ExpectedRow expected(BlobMeta row) {
        return new ExpectedRow(
                row.domain(),
                row.kind().code(),
                row.parentId(),
                row.name(),
                row.key(),
                row.contentType(),
                row.contentLength());
    }

    private static Document read(DocumentStage<?> stage, JsonObject document) {
        JsonObject fields = new JsonObject();
        for (String field : stage.fields()) {
            if (document.has(field)) {
                fields.add(field, document.get(field));
            }
        }
        return new Document(document.get("_id").getAsString(), "1-a", fields);
    }

    private static SourceRow read(TableStage<?> stage, Map<String, String> row) {
        Map<String, @Nullable Object> values = new HashMap<>();
        stage.columns().forEach(column -> values.put(column, row.get(column)));
        return SourceRows.of(Long.parseLong(row.getOrDefault("id", "")), values);
    }

    private static Found found(
            String mainDatabase,
            Map<String, List<JsonObject>> databases,
            Map<String, List<Map<String, String>>> tables) {
        Found found = new Found();
        addRows(found, tables, "accounting_wireinvoice", "id");
        addRows(found, tables, "case_importer_caseuploadrecord", "upload_file_meta_id");
        String usersDatabase = mainDatabase + "__users";
        for (JsonObject user : databases.getOrDefault(usersDatabase, List.of())) {
            String id = user.get("_id").getAsString();
            found.with(Lookup.documents(usersDatabase, "domain"), id, new Document(id, "1-a", user));
        }
        return found;
    }

    private static void addRows(
            Found found, Map<String, List<Map<String, String>>> tables, String table, String keyColumn) {
        for (Map<String, String> row : tables.getOrDefault(table, List.of())) {
            found.with(
                    Lookup.rows(table, keyColumn, "domain"),
                    Long.valueOf(row.getOrDefault(keyColumn, "")),
                    row.getOrDefault("domain", ""));
        }
    }

    /** Reads the plain INSERT statements that the sources are made of; a null is left out of its row. */
    private static Map<String, List<Map<String, String>>> tables(String sql) {
        return INSERT.matcher(sql)
                .results()
                .collect(Collectors.groupingBy(
                        insert -> insert.group(1),
                        Collectors.mapping(insert -> row(insert.group(2), insert.group(3)), Collectors.toList())));
    }

    private static Map<String, String> row(String columns, String values) {
        List<String> names = List.of(columns.split(", ", -1));
        List<String> literals = List.of(values.split(", ", -1));
        Map<String, String> row = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            if (!literals.get(i).equals("NULL")) {
                row.put(names.get(i), literals.get(i).replace("'", ""));
            }
        }
        return row;
    }
}
