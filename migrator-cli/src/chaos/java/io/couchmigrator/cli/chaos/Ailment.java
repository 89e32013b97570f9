// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import com.google.gson.JsonObject;

/** Why a document is rejected. */
enum Ailment {
    MALFORMED,
    MISSING_KEY,
    WRONG_TYPE,
    TOO_LONG,
    OUT_OF_RANGE,
    NUL,
    /** The server cannot read its body. Not recorded as a change, so it is a reject only where it was so from the start. */
    UNREADABLE;

    private static final Ailment[] OF_CONTENT = {MALFORMED, MISSING_KEY, WRONG_TYPE, TOO_LONG, OUT_OF_RANGE, NUL};

    /** Returns one of those that an edit can bring about. */
    static Ailment ofContent(int number) {
        return OF_CONTENT[number % OF_CONTENT.length];
    }

    /** Returns a sound document as one that has this ailment. */
    JsonObject in(JsonObject sound) {
        JsonObject ailing = sound.deepCopy();
        if (this == UNREADABLE) {
            return ailing;
        }
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
