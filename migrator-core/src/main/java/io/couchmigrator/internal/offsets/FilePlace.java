// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.internal.offsets.SourceId.RowId;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An object of the offset file, and where it stands. Whatever is not of the expected type is refused by its place.
 *
 * @param path the way to it from the whole file, which is {@code $}
 */
record FilePlace(String path, JsonObject json) {
    boolean has(String name) {
        return json.has(name);
    }

    Set<String> names() {
        return json.keySet();
    }

    FilePlace object(String name) {
        return new FilePlace(
                path + "." + name,
                value(name, JsonElement::isJsonObject, "an object").getAsJsonObject());
    }

    <T> List<T> list(String name, Function<FilePlace, T> reader) {
        JsonArray array = value(name, JsonElement::isJsonArray, "an array").getAsJsonArray();
        List<T> list = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            String at = path + "." + name + "[" + i + "]";
            if (!array.get(i).isJsonObject()) {
                throw new IllegalArgumentException("unexpected value at " + at + ": expected an object");
            }
            list.add(reader.apply(new FilePlace(at, array.get(i).getAsJsonObject())));
        }
        return list;
    }

    JsonArray strings(String name) {
        JsonArray array = value(name, JsonElement::isJsonArray, "an array").getAsJsonArray();
        for (int i = 0; i < array.size(); i++) {
            if (!isString(array.get(i))) {
                throw unexpected("%s[%s]".formatted(name, i), "a string");
            }
        }
        return array;
    }

    String string(String name) {
        return value(name, FilePlace::isString, "a string").getAsString();
    }

    @Nullable
    String stringOrNull(String name) {
        JsonElement value = value(name, v -> v.isJsonNull() || isString(v), "a string or null");
        return value.isJsonNull() ? null : value.getAsString();
    }

    @Nullable
    JsonElement anythingOrNull(String name) {
        JsonElement value = value(name, v -> true, "a value or null");
        return value.isJsonNull() ? null : value;
    }

    /** Returns a position in a feed of changes, as the raw token. Without one, or with a word, the feed would begin elsewhere. */
    JsonElement sequence(String name) {
        return value(name, StageOffset::isSequence, "a sequence");
    }

    long number(String name) {
        JsonElement value = value(name, FilePlace::isNumber, "a number");
        try {
            return new BigDecimal(value.getAsString()).longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw unexpected(name, "a whole number");
        }
    }

    /** Returns a number that this program counted. */
    long count(String name) {
        long count = number(name);
        if (count < 0) {
            throw unexpected(name, "a whole number of at least 0");
        }
        return count;
    }

    /** Returns a number that this program measured. */
    double amount(String name) {
        JsonElement value = value(name, FilePlace::isNumber, "a number");
        double amount = value.getAsDouble();
        if (!(amount >= 0 && amount < Double.POSITIVE_INFINITY)) {
            throw unexpected(name, "a number of at least 0");
        }
        return amount;
    }

    OptionalLong numberOrNone(String name) {
        return json.has(name) ? OptionalLong.of(number(name)) : OptionalLong.empty();
    }

    OptionalLong countOrNone(String name) {
        return json.has(name) ? OptionalLong.of(count(name)) : OptionalLong.empty();
    }

    int smallNumber(String name) {
        long number = number(name);
        if (number != (int) number) {
            throw unexpected(name, "a whole number of 32 bits");
        }
        return (int) number;
    }

    boolean flag(String name) {
        return value(name, v -> v.isJsonPrimitive() && v.getAsJsonPrimitive().isBoolean(), "true or false")
                .getAsBoolean();
    }

    Instant instant(String name) {
        try {
            return Instant.parse(string(name));
        } catch (DateTimeException e) {
            throw unexpected(name, "a time");
        }
    }

    @Nullable
    SourceId id(String name, Class<? extends SourceId> kind) {
        JsonElement value = value(name, v -> v.isJsonNull() || v.isJsonPrimitive(), "an id or null");
        if (value.isJsonNull()) {
            return null;
        }
        SourceId id = id(name, value);
        if (!kind.isInstance(id)) {
            throw unexpected(
                    name, kind == RowId.class ? "a number, as database is null" : "a text, as database is one");
        }
        return id;
    }

    private SourceId id(String name, JsonElement value) {
        try {
            return SourceId.of(value);
        } catch (ArithmeticException | NumberFormatException e) {
            throw unexpected(name, "an id");
        }
    }

    IllegalArgumentException unexpected(String name, String expected) {
        return new IllegalArgumentException("unexpected value at %s.%s: expected %s".formatted(path, name, expected));
    }

    private JsonElement value(String name, Predicate<JsonElement> fits, String expected) {
        JsonElement value = json.get(name);
        if (value == null || !fits.test(value)) {
            throw unexpected(name, expected);
        }
        return value;
    }

    private static boolean isNumber(JsonElement value) {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
    }

    private static boolean isString(JsonElement value) {
        return value.isJsonPrimitive() && value.getAsJsonPrimitive().isString();
    }
}
