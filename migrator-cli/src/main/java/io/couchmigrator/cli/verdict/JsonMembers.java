// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Values as members of objects that are told to programs: what is not known is null. */
public final class JsonMembers {
    private static final Gson GSON =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

    private JsonMembers() {}

    /** Returns an object in one line. */
    public static String line(JsonObject json) {
        return GSON.toJson(json);
    }

    /** Returns a number, a text or a truth value. */
    static JsonElement value(Object value) {
        return GSON.toJsonTree(value);
    }

    static <T> JsonElement orNull(Optional<T> value, Function<T, JsonObject> json) {
        return value.<JsonElement>map(json).orElse(JsonNull.INSTANCE);
    }

    static <T> JsonArray array(List<T> values, Function<T, JsonObject> json) {
        JsonArray array = new JsonArray();
        values.forEach(value -> array.add(json.apply(value)));
        return array;
    }

    /** Returns what the name of a state, a phase or a kind is in JSON: the same in lower case. An outcome stays in upper case. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    static @Nullable Long number(OptionalLong value) {
        return value.isPresent() ? value.getAsLong() : null;
    }
}
