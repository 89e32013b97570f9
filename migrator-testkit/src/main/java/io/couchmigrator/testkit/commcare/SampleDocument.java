// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.commcare;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A generated document, where it belongs and what must come of it.
 *
 * @param database the CouchDB database
 * @param document the document, without a revision
 * @param rows the rows that the migration must write for it
 */
public record SampleDocument(String database, JsonObject document, List<ExpectedRow> rows) {
    private static final List<SampleKind> KINDS = List.of(SampleKind.values());
    private static final int BLOBS_AT_MOST = 3;

    /** Odd, so that no two indexes meet; not SplittableRandom's own step, which would make neighbours alike. */
    private static final long SPREAD = 0xBF58476D1CE4E5B9L;

    public SampleDocument {
        rows = List.copyOf(rows);
    }

    /** Makes the document of this index; the same one for the same arguments. */
    static SampleDocument of(String mainDatabase, long seed, int index, int bytes) {
        SplittableRandom random = new SplittableRandom((seed ^ index * SPREAD) * SPREAD);
        SampleKind kind = KINDS.get(index % KINDS.size());
        String database = kind.database(mainDatabase);
        String id = id(random, index);

        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        document.addProperty("doc_type", kind.docType());
        String domain = addDomain(kind, document, random);

        JsonObject blobs = new JsonObject();
        List<ExpectedRow> rows = new ArrayList<>();
        int blobCount = 1 + random.nextInt(BLOBS_AT_MOST);
        for (int i = 0; i < blobCount; i++) {
            String name = "blob-" + i + ".xml";
            Blob blob = blob(random, database, id);
            blobs.add(name, blob.meta);
            if (kind.migrated() && !blob.alreadySaved) {
                rows.add(new ExpectedRow(
                        domain, kind.typeCode(), id, name, blob.key, blob.contentType, blob.contentLength));
            }
        }
        document.add("external_blobs", blobs);
        pad(document, bytes);
        return new SampleDocument(database, document, rows);
    }

    /** One id in ten holds a blank and an umlaut, so that a generated key has to hash it. */
    private static String id(SplittableRandom random, int index) {
        String unique = String.format(Locale.ROOT, "%016x%016x", random.nextLong(), (index + 1) * SPREAD);
        return random.nextInt(10) == 0 ? "fürm " + unique : unique;
    }

    private static String addDomain(SampleKind kind, JsonObject document, SplittableRandom random) {
        String domain = "sample-" + random.nextInt(20);
        return switch (kind.domain()) {
            case OWN -> {
                document.addProperty("domain", domain);
                yield domain;
            }
            case NAME -> {
                document.addProperty("name", domain);
                yield domain;
            }
            case INVOICE -> {
                boolean wire = random.nextBoolean();
                int invoice = 1 + random.nextInt(SampleTables.WIRE_INVOICES);
                document.addProperty("is_wire", wire);
                document.addProperty("invoice_id", Integer.toString(invoice));
                yield wire ? SampleTables.wireDomain(invoice) : "<unknown>";
            }
            case SHARED -> "<shared>";
            case UNKNOWN -> "<unknown>";
        };
    }

    private static Blob blob(SplittableRandom random, String database, String id) {
        JsonObject meta = new JsonObject();
        String unique = String.format(Locale.ROOT, "%016x", random.nextLong());
        String key;
        boolean alreadySaved = false;
        if (random.nextBoolean()) {
            meta.addProperty("doc_type", "BlobMeta");
            meta.addProperty("id", "blob." + unique);
            key = database + "/" + (id.contains(" ") ? "sha1-" + sha1(id) : id) + "/blob." + unique;
        } else {
            meta.addProperty("doc_type", "BlobMetaRef");
            meta.addProperty("key", unique);
            alreadySaved = random.nextInt(4) == 0;
            meta.add("blobmeta_id", JsonNull.INSTANCE);
            if (alreadySaved) {
                meta.addProperty("blobmeta_id", random.nextInt(1, 1_000_000));
            }
            key = unique;
        }
        String contentType = random.nextInt(5) == 0 ? null : "text/xml";
        meta.addProperty("content_type", contentType);
        int contentLength = random.nextInt(5) == 0 ? 0 : random.nextInt(1, 1_000_000);
        if (contentLength > 0) {
            meta.addProperty("content_length", contentLength);
        }
        return new Blob(meta, key, contentType, contentLength, alreadySaved);
    }

    private static void pad(JsonObject document, int bytes) {
        JsonObject form = new JsonObject();
        form.addProperty("pad", "");
        document.add("form", form);
        int size = document.toString().getBytes(StandardCharsets.UTF_8).length;
        form.addProperty("pad", "x".repeat(Math.max(0, bytes - size)));
    }

    private static String sha1(String id) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(id.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private record Blob(
            JsonObject meta, String key, @Nullable String contentType, long contentLength, boolean alreadySaved) {}
}
