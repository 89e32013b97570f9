// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.couchmigrator.RejectException;
import java.util.Optional;

/** Reading values that should be of one JSON type and may be of another. Reasons name a field, never its value. */
final class Json {
    private Json() {}

    /** Returns a member; JSON null if there is none. */
    static JsonElement member(JsonObject object, String name) {
        JsonElement value = object.get(name);
        return value == null ? JsonNull.INSTANCE : value;
    }

    /**
     * Returns a string; empty if it is null.
     *
     * @param place what is read, for the reason; its text is made only for one
     * @throws RejectException if it is neither
     */
    static Optional<String> text(JsonElement value, Object place) {
        if (value.isJsonNull()) {
            return Optional.empty();
        }
        if (!isString(value)) {
            throw wrongType(place, value, "a string");
        }
        return Optional.of(value.getAsString());
    }

    /** Returns whether a value is what the application takes for none: null, false, zero, or an empty one. */
    static boolean isNone(JsonElement value) {
        if (value.isJsonObject()) {
            return value.getAsJsonObject().isEmpty();
        }
        if (value.isJsonArray()) {
            return value.getAsJsonArray().isEmpty();
        }
        if (isNumber(value)) {
            return WholeNumber.parse(value.getAsString())
                    .filter(WholeNumber::isZero)
                    .isPresent();
        }
        if (isBoolean(value)) {
            return !value.getAsBoolean();
        }
        return value.isJsonNull() || value.getAsString().isEmpty();
    }

    static boolean isString(JsonElement value) {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
    }

    static boolean isNumber(JsonElement value) {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
    }

    static boolean isBoolean(JsonElement value) {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isBoolean();
    }

    static RejectException wrongType(Object place, JsonElement value, String expected) {
        return new RejectException("wrong-type", "%s is %s: expected %s".formatted(place, type(value), expected));
    }

    /** Returns the type of a value, with its article. */
    static String type(JsonElement value) {
        if (value.isJsonNull()) {
            return "null";
        }
        if (value.isJsonObject()) {
            return "an object";
        }
        if (value.isJsonArray()) {
            return "an array";
        }
        if (isString(value)) {
            return "a string";
        }
        return isNumber(value) ? "a number" : "a boolean";
    }
}
