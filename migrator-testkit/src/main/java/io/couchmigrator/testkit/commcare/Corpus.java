// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.commcare;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.RemoteDatabases;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A small complete case of the migration {@code migrate_metadata}: documents by CouchDB database, SQL sources, and the
 * rows and log entries that must come of them.
 *
 * <pre>{@code
 * Corpus corpus = Corpus.load("migrator_test_corpus");
 * corpus.loadInto(couch);
 * corpus.loadInto(database);
 * …
 * assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
 * }</pre>
 *
 * <p>Immutable but for the JSON documents, which callers must not change.
 */
public final class Corpus {
    /** The name that the main database has in the files. */
    public static final String MAIN_DATABASE = "commcarehq";

    private static final List<String> SUFFIXES = List.of("", "__apps", "__domains", "__meta", "__users");

    private final String mainDatabase;
    private final Map<String, List<JsonObject>> databases;
    private final List<ExpectedRow> rows;
    private final Map<String, Integer> shardsOfFour;
    private final List<JsonObject> logLines;

    private Corpus(String mainDatabase) {
        this.mainDatabase = mainDatabase;
        this.databases = new LinkedHashMap<>();
        for (String suffix : SUFFIXES) {
            databases.put(mainDatabase + suffix, lines(MAIN_DATABASE + suffix + ".jsonl"));
        }
        this.rows = lines("expected_blobmeta.jsonl").stream()
                .map(ExpectedRow::of)
                .map(row -> row.withKey(renamed(row.key())))
                .toList();
        Map<String, Integer> shards = new LinkedHashMap<>();
        lines("expected_blobmeta.jsonl")
                .forEach(line -> shards.put(
                        renamed(line.get("key").getAsString()),
                        line.get("shard_of_4").getAsInt()));
        this.shardsOfFour = Collections.unmodifiableMap(shards);
        this.logLines = lines("expected_log.jsonl");
    }

    /** Returns the corpus as it is in the files, its main database named {@value #MAIN_DATABASE}. */
    public static Corpus load() {
        return load(MAIN_DATABASE);
    }

    /**
     * Returns the corpus under another name of the main database, which the other databases' names and the generated
     * keys begin with.
     */
    public static Corpus load(String mainDatabase) {
        return new Corpus(mainDatabase);
    }

    /** Returns the main database's name. */
    public String mainDatabase() {
        return mainDatabase;
    }

    /** Returns the documents of each CouchDB database, in the order of the stages; the users' database last. */
    public Map<String, List<JsonObject>> databases() {
        return Collections.unmodifiableMap(databases);
    }

    /** Returns the statements that fill the source tables of {@link BlobSchema}. */
    public String sourcesSql() {
        return Resources.text("corpus/sources.sql");
    }

    /** Returns the rows that must result, each with a key of its own. */
    public List<ExpectedRow> rows() {
        return rows;
    }

    /**
     * Returns the shard, of four, in which each row must be in a sharded installation, by the row's key. In one of two
     * shards it is the lowest bit of that.
     */
    public Map<String, Integer> shardsOfFour() {
        return shardsOfFour;
    }

    /** Returns the log entries that must result, of all stages. */
    public Set<ExpectedLogEntry> log() {
        Set<ExpectedLogEntry> entries = new LinkedHashSet<>();
        logLines.forEach(line -> entries.add(ExpectedLogEntry.of(line)));
        return entries;
    }

    /** Returns the log entries that must result of one stage, by the name it has under this main database. */
    public Set<ExpectedLogEntry> log(String stage) {
        Set<ExpectedLogEntry> entries = new LinkedHashSet<>();
        for (JsonObject line : logLines) {
            if (stage.equals(renamedDatabase(line.get("stage").getAsString()))) {
                entries.add(ExpectedLogEntry.of(line));
            }
        }
        return entries;
    }

    /** Creates all tables, the optional one too, in an empty database and fills the sources. */
    public void loadInto(TestDatabase database) throws SQLException {
        database.create(BlobSchema.values());
        database.execute(sourcesSql());
    }

    /** Creates the databases in a double and fills them. */
    public void loadInto(CouchDouble couch) {
        databases.forEach((name, documents) -> couch.create(name).load(documents.stream()));
    }

    /**
     * Creates the databases on a CouchDB server and fills them over HTTP. The caller closes what is returned, which
     * deletes them.
     *
     * @param server the server's URL, with user and password in it if it wants them
     * @throws IllegalArgumentException if the main database's name does not begin with {@code migrator_test_}
     * @throws IOException if the server refuses; what was created before is deleted
     */
    public RemoteDatabases loadInto(URI server) throws IOException {
        return RemoteDatabases.create(server, databases);
    }

    private String renamedDatabase(String database) {
        return database.startsWith(MAIN_DATABASE)
                ? mainDatabase + database.substring(MAIN_DATABASE.length())
                : database;
    }

    /** Only keys that were made of a database's name hold a slash after it. */
    private String renamed(String key) {
        for (String suffix : SUFFIXES) {
            String prefix = MAIN_DATABASE + suffix + "/";
            if (key.startsWith(prefix)) {
                return mainDatabase + suffix + "/" + key.substring(prefix.length());
            }
        }
        return key;
    }

    private static List<JsonObject> lines(String file) {
        List<JsonObject> objects = new ArrayList<>();
        for (String line : Resources.text("corpus/" + file).lines().toList()) {
            JsonElement object = JsonParser.parseString(line);
            objects.add(object.getAsJsonObject());
        }
        return List.copyOf(objects);
    }
}
