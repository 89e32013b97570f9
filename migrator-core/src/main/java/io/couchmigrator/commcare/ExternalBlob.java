// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.RejectException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a document's {@code external_blobs} whose metadata was not saved before.
 *
 * @param name the entry's name
 * @param id its id within the document, or null; never if it has no key
 * @param key its key in the object store, or null if it must be made
 * @param contentType its media type, or null
 * @param contentLength its size in bytes, 0 if unknown
 */
record ExternalBlob(
        String name,
        @Nullable String id,
        @Nullable String key,
        @Nullable String contentType,
        long contentLength) {

    /**
     * Returns the entries of {@code external_blobs}, but for those whose metadata was saved before, which are not
     * looked at.
     *
     * @throws RejectException if it is no object, or the first entry that is not as it should be
     */
    static List<ExternalBlob> allIn(JsonElement externalBlobs) {
        if (!externalBlobs.isJsonObject()) {
            throw new RejectException(
                    "malformed-external-blobs",
                    "external_blobs is %s: expected an object".formatted(Json.type(externalBlobs)));
        }
        List<ExternalBlob> blobs = new ArrayList<>();
        int position = 0;
        for (Map.Entry<String, JsonElement> entry :
                externalBlobs.getAsJsonObject().entrySet()) {
            position++;
            of(entry.getKey(), entry.getValue(), position).ifPresent(blobs::add);
        }
        return blobs;
    }

    private static Optional<ExternalBlob> of(String name, JsonElement value, int position) {
        Place place = new Place("", position);
        if (!value.isJsonObject()) {
            throw Json.wrongType(place, value, "an object");
        }
        JsonObject meta = value.getAsJsonObject();
        if (!Json.member(meta, "key").isJsonNull()
                && !Json.member(meta, "blobmeta_id").isJsonNull()) {
            return Optional.empty();
        }
        String id = text(meta, "id", position);
        String key = text(meta, "key", position);
        if (id == null && key == null) {
            throw new RejectException("missing-key", place + " has neither key nor id: expected one of them");
        }
        return Optional.of(new ExternalBlob(
                name,
                id,
                key,
                text(meta, "content_type", position),
                ContentLength.of(Json.member(meta, "content_length"), new Place("content_length", position))));
    }

    private static @Nullable String text(JsonObject meta, String member, int position) {
        return Json.text(Json.member(meta, member), new Place(member, position)).orElse(null);
    }

    /** What is read: a member of an entry, or the entry. It becomes a text only where something is wrong with it. */
    private record Place(String member, int position) {
        @Override
        public String toString() {
            return (member.isEmpty() ? "" : member + " of ") + "entry " + position + " of external_blobs";
        }
    }
}
