// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.couchmigrator.cli.text.IoReason;
import io.couchmigrator.cli.text.Suggestion;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the file of {@code --config}: a JSON object whose keys are the names of options. No message shows a value. */
final class ConfigFile {
    private static final Pattern POSITION = Pattern.compile("line (\\d+) column (\\d+)");

    private final Path file;
    private final Faults faults;
    private Optional<JsonArray> shards = Optional.empty();
    private Optional<JsonObject> sources = Optional.empty();

    ConfigFile(Path file, Faults faults) {
        this.file = file;
        this.faults = faults;
    }

    /** Returns its map of shards, once it is read; empty if it has none. */
    Optional<JsonArray> shards() {
        return shards;
    }

    /** Returns its databases of tables, once it is read; empty if it has none. */
    Optional<JsonObject> sources() {
        return sources;
    }

    /** Returns what it sets beside shards and sources; what is wrong with it is added to the faults. */
    Map<Setting, List<String>> read() {
        Map<Setting, List<String>> values = new EnumMap<>(Setting.class);
        try (Reader characters = Files.newBufferedReader(file, StandardCharsets.UTF_8);
                JsonReader json = new JsonReader(characters)) {
            json.setStrictness(Strictness.STRICT);
            readObject(json, values);
        } catch (CharacterCodingException e) {
            faults.add(at("is not UTF-8: save it as UTF-8"));
        } catch (EOFException e) {
            faults.add(at("ends too early: expected a JSON object that is complete" + position(e)));
        } catch (JsonParseException | MalformedJsonException e) {
            faults.add(at("is not valid JSON" + position(e)));
        } catch (IOException e) {
            faults.add("cannot read %s, the file of --config: %s".formatted(file, IoReason.of(e)));
        }
        return values;
    }

    private void readObject(JsonReader json, Map<Setting, List<String>> values) throws IOException {
        if (json.peek() != JsonToken.BEGIN_OBJECT) {
            faults.add(at("holds no JSON object: expected something like {\"couch-db\": \"commcarehq\"}"));
            return;
        }
        json.beginObject();
        while (json.hasNext()) {
            String key = json.nextName();
            Optional<Setting> setting = Setting.inFile(key);
            if (setting.isEmpty()) {
                faults.add(at(refusal(key)));
                json.skipValue();
            } else if (setting.get() == Setting.SHARDS) {
                readShards(json);
            } else if (setting.get() == Setting.SOURCES) {
                readSources(json);
            } else if (setting.get().isRepeatable() && json.peek() == JsonToken.BEGIN_ARRAY) {
                put(setting.get(), strings(json, key), values);
            } else if (json.peek() != JsonToken.STRING && json.peek() != JsonToken.NUMBER) {
                faults.add(at("has \"%s\" with a value that is neither a string nor a number".formatted(key)));
                json.skipValue();
            } else if (json.peek() == JsonToken.NUMBER && !setting.get().takesNumber()) {
                faults.add(at("has \"%s\" with a number: expected a string".formatted(key)));
                json.skipValue();
            } else {
                put(setting.get(), List.of(json.nextString()), values);
            }
        }
        json.endObject();
        if (json.peek() != JsonToken.END_DOCUMENT) {
            throw new MalformedJsonException("it goes on behind its object");
        }
    }

    private void put(Setting setting, List<String> given, Map<Setting, List<String>> values) {
        if (values.put(setting, given) != null) {
            faults.add(at("has \"%s\" twice: leave one".formatted(setting.key())));
        }
    }

    private List<String> strings(JsonReader json, String key) throws IOException {
        List<String> strings = new ArrayList<>();
        boolean others = false;
        json.beginArray();
        while (json.hasNext()) {
            if (json.peek() == JsonToken.STRING) {
                strings.add(json.nextString());
            } else {
                others = true;
                json.skipValue();
            }
        }
        json.endArray();
        if (others || strings.isEmpty()) {
            faults.add(
                    at("has \"%s\" with an array of something else than strings: expected one or more".formatted(key)));
        }
        return strings;
    }

    private void readShards(JsonReader json) throws IOException {
        if (shards.isPresent()) {
            faults.add(at("has \"shards\" twice: leave one"));
        }
        JsonElement value = element(json, Setting.SHARDS);
        if (value.isJsonArray()) {
            shards = Optional.of(value.getAsJsonArray());
        } else {
            faults.add(at("has \"shards\" with a value that is no array: expected one object for each database"));
        }
    }

    private void readSources(JsonReader json) throws IOException {
        if (sources.isPresent()) {
            faults.add(at("has \"sources\" twice: leave one"));
        }
        JsonElement value = element(json, Setting.SOURCES);
        if (value.isJsonObject()) {
            sources = Optional.of(value.getAsJsonObject());
        } else {
            faults.add(
                    at(
                            "has \"sources\" with a value that is no object: expected something like {\"IcdsFile\": {\"PGDATABASE\": \"DATABASE\"}}"));
        }
    }

    /** As Gson would read it, but for a key that comes twice, of which Gson takes the last. */
    private JsonElement element(JsonReader json, Setting of) throws IOException {
        return switch (json.peek()) {
            case BEGIN_ARRAY -> {
                JsonArray array = new JsonArray();
                json.beginArray();
                while (json.hasNext()) {
                    array.add(element(json, of));
                }
                json.endArray();
                yield array;
            }
            case BEGIN_OBJECT -> {
                JsonObject object = new JsonObject();
                json.beginObject();
                while (json.hasNext()) {
                    String key = json.nextName();
                    if (object.has(key)) {
                        faults.add(at("has \"%s\" twice in an entry of \"%s\": leave one".formatted(key, of.key())));
                    }
                    object.add(key, element(json, of));
                }
                json.endObject();
                yield object;
            }
            case STRING -> new JsonPrimitive(json.nextString());
            case NUMBER -> new JsonPrimitive(number(json.nextString()));
            case BOOLEAN -> new JsonPrimitive(json.nextBoolean());
            default -> {
                json.nextNull();
                yield JsonNull.INSTANCE;
            }
        };
    }

    /** Only short integers mean something here; any other number is refused by what it reads as. */
    private static Number number(String text) {
        return text.matches("-?\\d{1,18}") ? (Number) Long.valueOf(text) : Double.valueOf(text);
    }

    private static String refusal(String key) {
        if (Arrays.stream(Setting.values()).anyMatch(setting -> setting.key().equals(key))) {
            return "has \"%s\", which is an option of the command line only: remove it".formatted(key);
        }
        return "has an unknown key \"%s\"".formatted(key)
                + Suggestion.of(
                        key,
                        Arrays.stream(Setting.values())
                                .filter(Setting::inFile)
                                .map(Setting::key)
                                .toList());
    }

    private static String position(Exception e) {
        Matcher found = POSITION.matcher(String.valueOf(e.getMessage()));
        return found.find() ? ": see line %s, column %s".formatted(found.group(1), found.group(2)) : "";
    }

    private String at(String what) {
        return file + " " + what;
    }
}
