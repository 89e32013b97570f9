// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.commcare.SampleDocument;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Changes the source's documents and keeps the books: which rows the newest versions ask for, which rows any version
 * ever asked for, and which documents cannot be stored now. A changed blob gets a new key, as in the application, so
 * that a row of {@code migrate_metadata} never has two right values. Thread-safe.
 */
final class Ledger {
    /** Table rows have these; documents' rows have others. */
    private static final Set<Integer> CODES_OF_TABLES = Set.of(1, 8, 14);

    private final Program program;
    private final CouchDouble couch;
    private final Random random;
    private final Iterator<SampleDocument> reserve;
    private final NavigableMap<String, Version> live = new TreeMap<>();
    private final List<String> withRows = new ArrayList<>();
    private final List<SampleDocument> gone = new ArrayList<>();
    private final Set<Row> ever = new HashSet<>();
    private final List<Row> ofTables;
    private int edits;

    /** A sound document, its rows, and what was done to it, if anything. */
    private record Version(SampleDocument sound, Optional<Ailment> ailment) {}

    /** Takes over what a sample has loaded. */
    Ledger(Program program, CouchDouble couch, SampleDocuments sample, SampleDocuments reserve, Random random) {
        this.program = program;
        this.couch = couch;
        this.random = random;
        this.reserve = reserve.documents().iterator();
        sample.documents().forEach(document -> keep(document, revision(document)));
        this.ofTables = sample.rows().stream()
                .filter(row -> program.readsTables() && CODES_OF_TABLES.contains(row.typeCode()))
                .map(Row::of)
                .toList();
        ever.addAll(ofTables);
    }

    /** Adds a document that was not there. */
    synchronized void add() {
        if (reserve.hasNext()) {
            put(reserve.next());
        }
    }

    /** Gives a document one more blob, and sometimes takes another from it. Mends it if it was bad. */
    synchronized void edit() {
        SampleDocument former = any().sound();
        JsonObject document = former.document().deepCopy();
        JsonObject blobs = document.getAsJsonObject("external_blobs");
        List<ExpectedRow> rows = new ArrayList<>(former.rows());
        ExpectedRow like = rows.get(0);
        if (random.nextBoolean()) {
            rows.remove(0);
            blobs.remove(like.name());
        }
        edits++;
        ExpectedRow more = new ExpectedRow(
                like.domain(),
                like.typeCode(),
                like.parentId(),
                "edit-" + edits,
                "edited-" + edits + "-" + Integer.toHexString(random.nextInt()),
                program.replacesNul() ? "text/\0plain, and no \\u0000" : "text/plain",
                edits);
        blobs.add(more.name(), blob(more));
        rows.add(more);
        put(new SampleDocument(former.database(), document, rows));
    }

    /** Deletes a document. Its rows stay, but those of a program that owns them. */
    synchronized void delete() {
        SampleDocument document = any().sound();
        couch.database(document.database()).delete(id(document));
        forget(document);
    }

    /** Purges a document; every other time it is deleted first, and what is purged its tombstone. */
    synchronized void purge() {
        SampleDocument document = any().sound();
        CouchDatabase database = couch.database(document.database());
        if (random.nextBoolean()) {
            database.delete(id(document));
        }
        database.purge(id(document));
        forget(document);
    }

    /** Creates a document again that was deleted or purged, if there is one. */
    synchronized void recreate() {
        if (!gone.isEmpty()) {
            put(gone.remove(random.nextInt(gone.size())));
        }
    }

    /** Edits a document so that it cannot be stored. */
    synchronized void spoil() {
        List<Ailment> ailments = program.ailments();
        spoil(ailments.get(random.nextInt(Integer.MAX_VALUE) % ailments.size()), any());
    }

    /** Makes the body of a document unreadable; for before the first run only. */
    synchronized void hide() {
        Version version = any();
        if (version.ailment().isEmpty()) {
            spoil(Ailment.UNREADABLE, version);
        }
    }

    /** Mends a bad document, if there is one. */
    synchronized void mend() {
        live.values().stream()
                .filter(version -> version.ailment().isPresent())
                .findFirst()
                .ifPresent(this::mend);
    }

    /** Mends all bad documents. */
    synchronized void mendAll() {
        List.copyOf(live.values()).stream()
                .filter(version -> version.ailment().isPresent())
                .forEach(this::mend);
    }

    /** Returns the documents that cannot be stored, each as its stage and id. */
    synchronized Set<String> bad() {
        Set<String> bad = new TreeSet<>();
        live.values().forEach(version -> version.ailment().ifPresent(ailment -> bad.add(item(version.sound()))));
        return bad;
    }

    /** Returns the rows that the newest versions ask for, by key, but for those of some documents, each as its stage and id. */
    synchronized NavigableMap<String, Row> expectedBut(Set<String> rejected) {
        NavigableMap<String, Row> rows = new TreeMap<>();
        ofTables.forEach(row -> rows.put(row.key(), row));
        live.values().stream()
                .filter(version -> version.ailment().isEmpty())
                .filter(version -> !rejected.contains(item(version.sound())))
                .flatMap(version -> program.rows(version.sound()).stream())
                .forEach(row -> rows.put(row.key(), row));
        return rows;
    }

    /**
     * Returns whether this row may be there though no newest version asks for it: another version asked for it once and, of a
     * program that owns its rows, the document cannot be stored now, is one of these, each as its stage and id, or is gone and the
     * program keeps the rows of such.
     */
    synchronized boolean mayStay(Row row, Set<String> rejected) {
        return ever.contains(row)
                && (!program.owns() || isKept(row) || rejected.contains(row.key()) || bad().contains(row.key()));
    }

    /** Returns whether this row is of a document that is gone, or never was, and of a program that keeps such rows. */
    synchronized boolean isKept(Row row) {
        return program.keeps() && !live.containsKey(row.documentId());
    }

    /** Takes note of rows that somebody else wrote, and that stay while their documents cannot be stored. */
    synchronized void note(Collection<Row> rows) {
        ever.addAll(rows);
    }

    /** Returns any document that was deleted or purged; any other if there is none. */
    synchronized SampleDocument anyGone() {
        return gone.isEmpty() ? any().sound() : gone.get(random.nextInt(gone.size()));
    }

    /** Returns the id of any document with rows. */
    synchronized String anyId() {
        return id(any().sound());
    }

    /** Returns whether the page that a request asks for has this document on it. */
    synchronized boolean isOnPage(String id, CouchRequest page) {
        Version version = live.get(id);
        if (version == null
                || !version.sound().database().equals(page.database())
                || !page.ids().isEmpty()) {
            return false;
        }
        String start = page.startKey().orElse("");
        boolean within = start.compareTo(id) <= 0
                && page.endKey().map(end -> id.compareTo(end) < 0).orElse(true);
        int limit = page.parameter("limit").map(Integer::parseInt).orElse(Integer.MAX_VALUE);
        return within
                && live.subMap(start, id).values().stream()
                                .filter(before -> before.sound().database().equals(page.database()))
                                .limit(limit)
                                .count()
                        < limit;
    }

    private void spoil(Ailment ailment, Version version) {
        SampleDocument sound = version.sound();
        ailment.befall(couch.database(sound.database()), sound.document());
        live.put(id(sound), new Version(sound, Optional.of(ailment)));
    }

    private void mend(Version bad) {
        if (bad.ailment().equals(Optional.of(Ailment.UNREADABLE))) {
            couch.database(bad.sound().database()).readable(id(bad.sound()));
            keep(bad.sound(), revision(bad.sound()));
        } else {
            put(bad.sound());
        }
    }

    private void put(SampleDocument document) {
        keep(document, couch.database(document.database()).put(document.document()));
    }

    private void keep(SampleDocument document, String revision) {
        document.document().addProperty("_rev", revision);
        String id = id(document);
        if (live.put(id, new Version(document, Optional.empty())) == null
                && !document.rows().isEmpty()) {
            withRows.add(id);
        }
        ever.addAll(program.rows(document));
    }

    private void forget(SampleDocument document) {
        live.remove(id(document));
        withRows.remove(id(document));
        gone.add(document);
    }

    private String revision(SampleDocument document) {
        JsonObject stored =
                couch.database(document.database()).get(id(document)).orElseThrow();
        return stored.get("_rev").getAsString();
    }

    /** A document with rows, which is hence of a type that is migrated. */
    private Version any() {
        return live.get(withRows.get(random.nextInt(withRows.size())));
    }

    private static JsonObject blob(ExpectedRow row) {
        JsonObject blob = new JsonObject();
        blob.addProperty("doc_type", "BlobMetaRef");
        blob.addProperty("key", row.key());
        blob.addProperty("content_type", row.contentType());
        blob.addProperty("content_length", row.contentLength());
        blob.add("blobmeta_id", JsonNull.INSTANCE);
        return blob;
    }

    private static String item(SampleDocument document) {
        return document.database() + " " + id(document);
    }

    private static String id(SampleDocument document) {
        JsonElement id = document.document().get("_id");
        return id.getAsString();
    }
}
