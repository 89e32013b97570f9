// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * A document on its way into a database.
 *
 * @param expected the revision it claims to replace; null if it claims none
 */
public record NewDocument(ByteString id, @Nullable Revision expected, boolean deleted, JsonObject content) {
    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    /** Returns what a client sent for an id; a {@link CouchError} 400 if CouchDB would refuse it. */
    public static NewDocument of(String id, JsonObject content) {
        ByteString key = JsonText.utf8(id).orElseThrow(() -> badRequest("invalid UTF-8 JSON"));
        if (id.isEmpty() || (id.startsWith("_") && !id.startsWith("_design/"))) {
            throw new CouchError(
                    400,
                    "illegal_docid",
                    id.isEmpty()
                            ? "Document id must not be empty"
                            : "Only reserved document ids may start with underscore.");
        }
        return new NewDocument(key, revision(content).orElse(null), isTrue(content.get("_deleted")), content);
    }

    /**
     * Returns a test's document, which replaces whatever has its id.
     *
     * @throws IllegalArgumentException if it has no {@code _id}
     */
    public static NewDocument unconditional(JsonObject document) {
        JsonElement id = document.get("_id");
        if (id == null) {
            throw new IllegalArgumentException("Expected a document with an _id but it has only " + document.keySet());
        }
        NewDocument parsed = of(id.getAsString(), document);
        return new NewDocument(parsed.id, null, parsed.deleted, document);
    }

    private static Optional<Revision> revision(JsonObject content) {
        JsonElement revision = content.get("_rev");
        if (revision == null) {
            return Optional.empty();
        }
        return Optional.of(Revision.parse(revision.getAsString()).orElseThrow(() -> badRequest("Invalid rev format")));
    }

    private static boolean isTrue(@Nullable JsonElement element) {
        return element != null && element.isJsonPrimitive() && element.getAsBoolean();
    }

    private static CouchError badRequest(String reason) {
        return new CouchError(400, "bad_request", reason);
    }

    /** Whether its author knew the revision it replaces. */
    public boolean mayFollow(@Nullable StoredDocument former) {
        if (former == null || former.deleted()) {
            return !deleted && (expected == null || (former != null && expected.equals(former.revision())));
        }
        return former.leaves()
                .anyMatch(leaf -> !leaf.deleted() && leaf.revision().equals(expected));
    }

    /** Returns it as it is kept once it has replaced the former document, if there was one. */
    public StoredDocument after(@Nullable StoredDocument former, long sequence) {
        if (former == null) {
            return leaf(Revision.none(), List.of(), sequence);
        }
        StoredDocument parent = former.leaves()
                .filter(leaf -> leaf.revision().equals(expected))
                .findFirst()
                .orElse(former);
        return former.grown(leaf(parent.revision(), parent.lineage(), sequence));
    }

    private StoredDocument leaf(Revision parent, List<Revision> ancestors, long sequence) {
        ByteString members = members(parent.generation() + 1);
        return leaf(parent.next(deleted, members), ancestors, sequence, members);
    }

    /**
     * Returns it as it is kept with the revision that it states, as replication brings it: beside what is there, unless it goes
     * on from that; the former document if that has the revision already.
     */
    StoredDocument beside(@Nullable StoredDocument former, long sequence) {
        if (expected == null) {
            throw badRequest("When `new_edits: false`, the document needs `_rev` or `_revisions` specified");
        }
        if (former != null && former.knows(expected)) {
            return former;
        }
        StoredDocument leaf = leaf(expected, statedAncestors(), sequence, members(expected.generation()));
        return former == null ? leaf : former.grown(leaf);
    }

    private StoredDocument leaf(Revision revision, List<Revision> ancestors, long sequence, ByteString members) {
        return new StoredDocument(
                id,
                revision,
                ancestors,
                sequence,
                deleted ? StoredDocument.Kind.DELETED : StoredDocument.Kind.PLAIN,
                members,
                List.of());
    }

    /** What {@code _revisions} names behind the revision itself, the last first. */
    private List<Revision> statedAncestors() {
        JsonElement stated = content.get("_revisions");
        if (stated == null) {
            return List.of();
        }
        int start = stated.getAsJsonObject().get("start").getAsInt();
        JsonArray ids = stated.getAsJsonObject().getAsJsonArray("ids");
        return IntStream.range(1, ids.size())
                .mapToObj(i -> Revision.parse((start - i) + "-" + ids.get(i).getAsString())
                        .orElseThrow(() -> badRequest("Invalid rev format")))
                .toList();
    }

    /** Serializes what follows id and revision, attachments last, as the server does. */
    ByteString members(int generation) {
        StringWriter text = new StringWriter();
        try (JsonWriter writer = GSON.newJsonWriter(text)) {
            writer.beginObject();
            for (Map.Entry<String, JsonElement> member : content.entrySet()) {
                writeMember(member.getKey(), member.getValue(), writer);
            }
            JsonElement attachments = content.get("_attachments");
            if (attachments != null) {
                writer.name("_attachments");
                GSON.toJson(stubs(attachments.getAsJsonObject(), generation), writer);
            }
            writer.endObject();
        } catch (IOException e) {
            throw new IllegalStateException("a writer in memory does not fail", e);
        }
        String members = text.toString();
        String rest = members.length() == 2 ? "}" : "," + members.substring(1);
        return JsonText.utf8(rest).orElseThrow(() -> badRequest("invalid UTF-8 JSON"));
    }

    private static void writeMember(String name, JsonElement value, JsonWriter writer) throws IOException {
        switch (name) {
            case "_id", "_rev", "_deleted", "_attachments", "_revisions" -> {
                // Kept elsewhere, or written last.
            }
            default -> {
                if (name.startsWith("_")) {
                    throw new CouchError(400, "doc_validation", "Bad special document member: " + name);
                }
                writer.name(name);
                JsonText.write(value, writer);
            }
        }
    }

    private static JsonObject stubs(JsonObject attachments, int generation) {
        JsonObject stubs = new JsonObject();
        attachments.entrySet().forEach(attachment -> {
            JsonObject given = attachment.getValue().getAsJsonObject();
            stubs.add(attachment.getKey(), given.has("data") ? stub(given, generation) : given);
        });
        return stubs;
    }

    private static JsonObject stub(JsonObject attachment, int generation) {
        ByteString content;
        try {
            content = ByteString.of(
                    Base64.getDecoder().decode(attachment.get("data").getAsString()));
        } catch (IllegalArgumentException | JsonParseException e) {
            throw badRequest("Attachment data is not Base64");
        }
        JsonElement type = attachment.get("content_type");
        JsonObject stub = new JsonObject();
        stub.addProperty("content_type", type == null ? "application/octet-stream" : type.getAsString());
        stub.addProperty("revpos", generation);
        stub.addProperty("digest", "md5-" + content.md5().base64());
        stub.addProperty("length", content.size());
        stub.addProperty("stub", true);
        return stub;
    }
}
