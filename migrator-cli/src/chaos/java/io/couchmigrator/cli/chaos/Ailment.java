// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.CouchDatabase;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Why a document is rejected. */
enum Ailment {
    MALFORMED,
    MISSING_KEY,
    WRONG_TYPE,
    TOO_LONG,
    OUT_OF_RANGE,
    NUL,
    HALF_A_SURROGATE_PAIR,
    TOO_DEEP,
    TOO_LARGE_A_NUMBER,
    /** The server cannot read its body. Not recorded as a change, so it is a reject only where it was so from the start. */
    UNREADABLE;

    /** What an edit can bring about that the migrations of blobs reject. */
    static final List<Ailment> OF_BLOBS = List.of(MALFORMED, MISSING_KEY, WRONG_TYPE, TOO_LONG, OUT_OF_RANGE, NUL);

    /** The same of documents that go as they are. */
    static final List<Ailment> OF_DOCUMENTS = List.of(NUL, HALF_A_SURROGATE_PAIR, TOO_DEEP, TOO_LARGE_A_NUMBER);

    /** The same where U+0000 is none. */
    static final List<Ailment> OF_DOCUMENTS_WITHOUT_NUL = List.of(HALF_A_SURROGATE_PAIR, TOO_DEEP, TOO_LARGE_A_NUMBER);

    private static final int DEPTH = 20_000;

    /** Gives it to a sound document. */
    void befall(CouchDatabase database, JsonObject sound) {
        String id = sound.get("_id").getAsString();
        switch (this) {
            case UNREADABLE -> database.unreadable(id);
            case HALF_A_SURROGATE_PAIR -> database.putRaw(id, with("\"\\ud83d\"", sound));
            case TOO_DEEP -> database.putRaw(id, with("[".repeat(DEPTH) + "]".repeat(DEPTH), sound));
            case TOO_LARGE_A_NUMBER -> database.putRaw(id, with("1e400000", sound));
            default -> database.put(in(sound));
        }
    }

    /** What no {@link JsonObject} holds. */
    private static byte[] with(String value, JsonObject sound) {
        JsonObject ailing = sound.deepCopy();
        ailing.remove("_rev"); // Else it would be the edit's own.
        ailing.addProperty("bad", "");
        return ailing.toString().replace("\"bad\":\"\"", "\"bad\":" + value).getBytes(StandardCharsets.UTF_8);
    }

    /** Returns a sound document as one that has this ailment. */
    private JsonObject in(JsonObject sound) {
        JsonObject ailing = sound.deepCopy();
        if (this == MALFORMED) {
            ailing.addProperty("external_blobs", "lost");
            return ailing;
        }
        JsonObject blob = new JsonObject();
        if (this != MISSING_KEY) {
            blob.addProperty("key", this == NUL ? "nul\0" : "never-a-row");
        }
        if (this == WRONG_TYPE) {
            blob.addProperty("content_length", "much");
        } else if (this == OUT_OF_RANGE) {
            blob.addProperty("content_length", 3_000_000_000L);
        }
        blob.addProperty("content_type", this == TOO_LONG ? "x".repeat(300) : "text/xml");
        ailing.getAsJsonObject("external_blobs").add("bad", blob);
        return ailing;
    }
}
