// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Forms with one blob each. Their ids are random, as CommCare's are, so a document is stored far from the one that was
 * created before it. Everything but the database's name follows from the counts and sizes. Immutable.
 */
final class Documents {
    private static final long SEED = 20181024;
    private static final String REVISION = "1-967a00dff5e02add41819138abb3284d";
    /** With its name and the comma after it. */
    private static final int BYTES_OF_AN_ANSWER = 33;

    private static final int ANSWERS_OF_A_GROUP = 20;

    private final String database;
    private final String[] created;
    private final List<String> ids;
    private final int large;
    private final JsonElement form;
    private final JsonElement largeForm;

    /**
     * Makes the ids.
     *
     * @param database the main database's name, which the blobs' keys begin with
     * @param count how many documents
     */
    Documents(String database, int count, Options options) {
        this.database = database;
        SplittableRandom random = new SplittableRandom(SEED);
        HexFormat hex = HexFormat.of();
        this.created = Stream.generate(() -> hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong()))
                .limit(count)
                .toArray(String[]::new);
        this.ids = Arrays.stream(created).sorted().toList();
        this.large = Math.min(count, options.largeDocuments());
        this.form = formOf(options.bytes(), random);
        this.largeForm = large == 0 ? form : formOf(options.largeBytes(), random);
    }

    String database() {
        return database;
    }

    int count() {
        return created.length;
    }

    /** Returns the ids in the order in which the server has them. */
    List<String> ids() {
        return ids;
    }

    /** Returns the documents in the order in which they are created, made anew each time. */
    Stream<JsonObject> documents() {
        return IntStream.range(0, created.length)
                .mapToObj(index -> document(created[index], index < large ? largeForm : form));
    }

    /** Returns the row that must come of a document. */
    BlobRow row(String id) {
        long number = HexFormat.fromHexDigitsToLong(id, 0, 16);
        return new BlobRow(
                "benchmark-" + (number & 31),
                id,
                "form.xml",
                database + "/" + id + "/" + blobId(number),
                2,
                number >>> 40,
                "text/xml");
    }

    /** Returns the row that is to come of a document as it is, which is none of the large ones. */
    CopiedDocument copied(String id) {
        return new CopiedDocument(id, REVISION, revised(id, form).toString());
    }

    /** Returns a document as the server has it. */
    private JsonObject revised(String id, JsonElement content) {
        JsonObject document = document(id, content);
        document.addProperty("_rev", REVISION);
        return document;
    }

    private JsonObject document(String id, JsonElement content) {
        BlobRow row = row(id);
        JsonObject blob = new JsonObject();
        blob.addProperty("doc_type", "BlobMeta");
        blob.addProperty("id", row.key().substring(row.key().lastIndexOf('/') + 1));
        blob.addProperty("content_type", row.contentType());
        blob.addProperty("content_length", row.contentLength());
        JsonObject blobs = new JsonObject();
        blobs.add(row.name(), blob);
        JsonObject document = new JsonObject();
        document.addProperty("_id", row.parentId());
        document.addProperty("doc_type", "XFormInstance");
        document.addProperty("domain", row.domain());
        document.add("form", content);
        document.addProperty("received_on", "2018-10-24T20:58:39.123456Z");
        document.add("external_blobs", blobs);
        return document;
    }

    /** Returns what makes a document as large as that, its revision included: the migration of blobs reads none of it. */
    private JsonArray formOf(int bytes, SplittableRandom random) {
        int without = revised(created[0], new JsonArray()).toString().length();
        if (bytes < without) {
            throw new IllegalArgumentException(
                    "unexpected size of a document %d: expected at least %d bytes, which it has without a form"
                            .formatted(bytes, without));
        }
        return form(bytes - without, random);
    }

    /** Groups of short answers, which is what a form is made of, whatever its size, and a note that fills it up. */
    private static JsonArray form(int bytes, SplittableRandom random) {
        HexFormat hex = HexFormat.of();
        JsonArray form = new JsonArray();
        int left = bytes;
        while (left > 2 * BYTES_OF_AN_ANSWER) {
            JsonObject group = new JsonObject();
            for (int i = 0; i < ANSWERS_OF_A_GROUP && left > 2 * BYTES_OF_AN_ANSWER; i++) {
                group.addProperty("question_%02d".formatted(i), hex.toHexDigits(random.nextLong()));
                left -= BYTES_OF_AN_ANSWER;
            }
            form.add(group);
            left -= "{},".length() - ",".length();
        }
        form.add("n".repeat(Math.max(0, left - "\"\"".length())));
        return form;
    }

    private static String blobId(long number) {
        return HexFormat.of().toHexDigits(Long.reverse(number)) + HexFormat.of().toHexDigits(~number);
    }
}
