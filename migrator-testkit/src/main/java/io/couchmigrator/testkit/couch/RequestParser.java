// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import okio.ByteString;

/** Reads from a request's target and body what it is about. */
final class RequestParser {
    private final String basePath;
    private final boolean readsRangesOfBodies;

    /**
     * Creates one.
     *
     * @param basePath what a proxy puts before the server's own paths, without a slash at its end
     * @param readsRangesOfBodies whether a range of {@code _all_docs} may stand in a body, as from CouchDB 3.0 on
     */
    RequestParser(String basePath, boolean readsRangesOfBodies) {
        this.basePath = basePath;
        this.readsRangesOfBodies = readsRangesOfBodies;
    }

    /**
     * Parses a request.
     *
     * @return empty if its path is not below the base path
     */
    Optional<CouchRequest> parse(String method, String target, ByteString body) {
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        if (!path.startsWith(basePath + "/")) {
            return Optional.empty();
        }
        Map<String, String> query = mark < 0 ? Map.of() : query(target.substring(mark + 1));
        String own = path.substring(basePath.length());
        List<String> segments = new ArrayList<>();
        for (String segment : own.split("/", -1)) {
            if (!segment.isEmpty()) {
                segments.add(decode(segment));
            }
        }
        Subject subject = subject(segments);
        if (readsRangesOfBodies && subject.endpoint == Endpoint.ALL_DOCS && method.equals("POST")) {
            query = withBody(query, body);
        }
        return Optional.of(new CouchRequest(
                method,
                "/" + String.join("/", segments),
                segments.isEmpty() || segments.get(0).startsWith("_") ? "" : segments.get(0),
                subject.endpoint,
                subject.names,
                query,
                ids(subject.endpoint, query, body)));
    }

    private static Subject subject(List<String> segments) {
        if (segments.isEmpty()) {
            return new Subject(Endpoint.SERVER, List.of());
        }
        List<String> rest = segments.subList(1, segments.size());
        if (segments.get(0).startsWith("_")) {
            return new Subject(rest.isEmpty() ? serverEndpoint(segments.get(0)) : Endpoint.OTHER, List.of());
        }
        if (rest.isEmpty()) {
            return new Subject(Endpoint.DATABASE, List.of());
        }
        return rest.get(0).startsWith("_") ? special(rest) : document(rest);
    }

    private static Endpoint serverEndpoint(String name) {
        return switch (name) {
            case "_up" -> Endpoint.UP;
            case "_all_dbs" -> Endpoint.ALL_DATABASES;
            default -> Endpoint.OTHER;
        };
    }

    private static Subject special(List<String> rest) {
        List<String> names = rest.subList(1, rest.size());
        return switch (rest.get(0)) {
            case "_all_docs" -> new Subject(names.isEmpty() ? Endpoint.ALL_DOCS : Endpoint.OTHER, names);
            case "_changes" -> new Subject(Endpoint.CHANGES, names);
            case "_find" -> new Subject(Endpoint.FIND, names);
            case "_explain" -> new Subject(Endpoint.EXPLAIN, names);
            case "_index" -> new Subject(Endpoint.INDEX, names);
            case "_bulk_docs" -> new Subject(Endpoint.BULK_DOCS, names);
            case "_bulk_get" -> new Subject(Endpoint.BULK_GET, names);
            case "_revs_diff" -> new Subject(Endpoint.REVS_DIFF, names);
            case "_purge" -> new Subject(Endpoint.PURGE, names);
            case "_purged_infos" -> new Subject(Endpoint.PURGED_INFOS, names);
            case "_purged_infos_limit" -> new Subject(Endpoint.PURGED_INFOS_LIMIT, names);
            case "_local" -> new Subject(Endpoint.LOCAL_DOCUMENT, names);
            case "_design" -> design(names);
            // An id that is percent-encoded as a whole: _design%2Fname.
            default -> rest.get(0).startsWith("_design/") ? document(rest) : new Subject(Endpoint.OTHER, rest);
        };
    }

    private static Subject design(List<String> names) {
        if (names.size() == 1) {
            return new Subject(Endpoint.DOCUMENT, List.of("_design/" + names.get(0)));
        }
        if (names.size() == 3 && names.get(1).equals("_view")) {
            return new Subject(Endpoint.VIEW, List.of(names.get(0), names.get(2)));
        }
        return new Subject(Endpoint.OTHER, names);
    }

    private static Subject document(List<String> rest) {
        return new Subject(rest.size() == 1 ? Endpoint.DOCUMENT : Endpoint.OTHER, rest);
    }

    private static Map<String, String> query(String text) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (!pair.isEmpty()) {
                String name = equals < 0 ? pair : pair.substring(0, equals);
                parameters.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    /** The URL wins over the body, whose values are JSON as those of keys in a URL are. */
    private static Map<String, String> withBody(Map<String, String> query, ByteString body) {
        Map<String, String> parameters = new LinkedHashMap<>();
        JsonText.parse(body).filter(JsonElement::isJsonObject).ifPresent(posted -> posted.getAsJsonObject()
                .entrySet()
                .forEach(member ->
                        parameters.put(member.getKey(), member.getValue().toString())));
        parameters.remove("keys");
        parameters.putAll(query);
        return parameters;
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new CouchError(400, "bad_request", "Invalid percent-encoding in the URL");
        }
    }

    private static List<String> ids(Endpoint endpoint, Map<String, String> query, ByteString body) {
        Optional<JsonObject> posted =
                JsonText.parse(body).filter(JsonElement::isJsonObject).map(JsonElement::getAsJsonObject);
        return switch (endpoint) {
            case ALL_DOCS ->
                Optional.ofNullable(query.get("keys"))
                        .flatMap(JsonText::utf8)
                        .flatMap(JsonText::parse)
                        .or(() -> posted.map(object -> object.get("keys")))
                        .map(keys -> strings(keys, ""))
                        .orElse(List.of());
            case BULK_GET ->
                posted.map(object -> object.get("docs"))
                        .map(keys -> strings(keys, "id"))
                        .orElse(List.of());
            case BULK_DOCS ->
                posted.map(object -> object.get("docs"))
                        .map(keys -> strings(keys, "_id"))
                        .orElse(List.of());
            case PURGE, REVS_DIFF ->
                posted.map(JsonObject::keySet).map(List::copyOf).orElse(List.of());
            default -> List.of();
        };
    }

    private static List<String> strings(JsonElement elements, String member) {
        List<String> strings = new ArrayList<>();
        JsonArray array = elements.isJsonArray() ? elements.getAsJsonArray() : new JsonArray();
        for (JsonElement element : array) {
            JsonElement string = member.isEmpty() || !element.isJsonObject()
                    ? element
                    : element.getAsJsonObject().get(member);
            if (string != null && string.isJsonPrimitive()) {
                strings.add(string.getAsString());
            }
        }
        return strings;
    }

    private record Subject(Endpoint endpoint, List<String> names) {}
}
