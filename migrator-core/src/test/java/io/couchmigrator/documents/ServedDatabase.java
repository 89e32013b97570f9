// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.couch.RemoteDatabases;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** A database on any server, which is asked over HTTP and for one document at a time. Nothing of it is left when it is closed. */
final class ServedDatabase implements AutoCloseable {
    private final String name = "migrator_test_" + UUID.randomUUID().toString().replace("-", "");
    private final TreeSet<String> ids = new TreeSet<>();
    private final URI server;
    private RemoteDatabases databases;

    ServedDatabase(URI server) throws IOException {
        this.server = server;
        this.databases = RemoteDatabases.create(server, Map.of(name, List.of()));
    }

    String name() {
        return name;
    }

    /** Creates a document, edits it, or creates it again. */
    void put(JsonObject document) throws IOException {
        String id = document.get("_id").getAsString();
        JsonObject next = document.deepCopy();
        revision(id).ifPresent(revision -> next.addProperty("_rev", revision));
        databases.put(name, List.of(next));
        ids.add(id);
    }

    void load(List<JsonObject> documents) throws IOException {
        databases.put(name, documents);
        documents.forEach(document -> ids.add(document.get("_id").getAsString()));
    }

    void delete(String id) throws IOException {
        JsonObject tombstone = new JsonObject();
        tombstone.addProperty("_id", id);
        tombstone.addProperty("_deleted", true);
        put(tombstone);
    }

    /** Purges a document; false if the server knows of no purges. */
    boolean purge(String id) throws IOException {
        JsonArray revisions = new JsonArray();
        revisions.add(revision(id).orElseThrow());
        JsonObject purge = new JsonObject();
        purge.add(id, revisions);
        return databases.ask("POST", name, "/_purge", purge.toString()).isPresent();
    }

    /** Creates a document of this text, whose revision becomes any other member; false if the server refuses it. */
    boolean takes(String id, String json) throws IOException {
        String created = json.replace("\"_rev\":", "\"former\":");
        boolean taken = databases.ask("PUT", name, path(id), created).isPresent();
        if (taken) {
            ids.add(id);
        }
        return taken;
    }

    /** Begins anew: a database of the same name, without documents. */
    void replace() throws IOException {
        databases.close();
        ids.clear();
        databases = RemoteDatabases.create(server, Map.of(name, List.of()));
    }

    /** Returns the documents that there are, but design documents, as the server sends each alone. */
    Map<String, String> documents() throws IOException {
        Map<String, String> documents = new TreeMap<>();
        for (String id : ids) {
            if (!id.startsWith("_design/")) {
                document(id).ifPresent(json -> documents.put(id, json));
            }
        }
        return documents;
    }

    private Optional<String> document(String id) throws IOException {
        return databases.ask("GET", name, path(id), "");
    }

    private static String path(String id) {
        String segment = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
        return "/" + segment.replace("_design%2F", "_design/");
    }

    private Optional<String> revision(String id) throws IOException {
        return document(id).map(json -> JsonParser.parseString(json)
                .getAsJsonObject()
                .get("_rev")
                .getAsString());
    }

    /** Returns whether the server counts the ids before another. */
    boolean tellsRanks() throws IOException {
        String page = databases
                .ask("GET", name, "/_all_docs?limit=1&startkey=%22" + "%F4%8F%BF%BD".repeat(8) + "%22", "")
                .orElseThrow();
        JsonObject facts = JsonParser.parseString(page).getAsJsonObject();
        return facts.get("offset").equals(facts.get("total_rows"));
    }

    @Override
    public void close() throws IOException {
        databases.close();
    }
}
