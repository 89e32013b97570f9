// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonElement;

/** A position in a feed: opaque, kept and sent back as it came. */
final class Sequence {
    private Sequence() {}

    /** Returns the token as the {@code since} parameter takes it: a string bare, anything else as its JSON text. */
    static String parameter(JsonElement token) {
        boolean string = token.isJsonPrimitive() && token.getAsJsonPrimitive().isString();
        return string ? token.getAsString() : token.toString();
    }
}
