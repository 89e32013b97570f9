// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Databases that a test made on a CouchDB server which is not its own. They are named {@code migrator_test_…}, and
 * nothing else on the server is touched.
 *
 * <p>Not safe for use by multiple threads. Whoever created them closes them, which deletes them.
 */
public final class RemoteDatabases implements AutoCloseable {
    private static final String NAME_PREFIX = "migrator_test_";
    private static final int DOCUMENTS_PER_REQUEST = 500;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Gson gson =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final List<String> created = new ArrayList<>();
    private final String server;
    private final String authorization;

    private RemoteDatabases(URI server) {
        this.server = withoutCredentials(server);
        this.authorization = authorization(server);
    }

    /**
     * Creates databases and puts documents into them.
     *
     * @param server the server's URL, with user and password in it if it wants them
     * @param databases the documents by database
     * @throws IllegalArgumentException if a name does not begin with {@code migrator_test_}
     * @throws IOException if the server refuses; what was created before is deleted
     */
    public static RemoteDatabases create(URI server, Map<String, List<JsonObject>> databases) throws IOException {
        databases.keySet().forEach(RemoteDatabases::requireTestName);
        RemoteDatabases remote = new RemoteDatabases(server);
        try {
            for (Map.Entry<String, List<JsonObject>> database : databases.entrySet()) {
                remote.create(database.getKey());
                remote.put(database.getKey(), database.getValue());
            }
            return remote;
        } catch (IOException | RuntimeException e) {
            try {
                remote.close();
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    /**
     * Adds documents to one of the databases.
     *
     * @throws IOException if the server refuses one of them
     */
    public void put(String database, List<JsonObject> documents) throws IOException {
        for (int from = 0; from < documents.size(); from += DOCUMENTS_PER_REQUEST) {
            int to = Math.min(from + DOCUMENTS_PER_REQUEST, documents.size());
            putAtOnce(database, documents.subList(from, to));
        }
    }

    /**
     * Sends a request of a test's own to one of the databases.
     *
     * @param path what comes after the database's name, from the slash on
     * @param body JSON, or empty
     * @return what the server answered; empty if it refused
     * @throws IllegalArgumentException if the database is none of these
     */
    public Optional<String> ask(String method, String database, String path, String body) throws IOException {
        if (!created.contains(database)) {
            throw new IllegalArgumentException("Expected one of %s but was %s".formatted(created, database));
        }
        HttpResponse<String> response = exchange(method, "/" + database + path, body);
        return isAccepted(response) ? Optional.of(response.body()) : Optional.empty();
    }

    /** Deletes the databases. */
    @Override
    public void close() throws IOException {
        while (!created.isEmpty()) {
            String database = created.get(created.size() - 1);
            send("DELETE", "/" + database, "");
            created.remove(database);
        }
    }

    private void create(String database) throws IOException {
        send("PUT", "/" + database, "");
        created.add(database);
    }

    private void putAtOnce(String database, List<JsonObject> documents) throws IOException {
        JsonArray docs = new JsonArray();
        documents.forEach(docs::add);
        JsonObject request = new JsonObject();
        request.add("docs", docs);
        String path = "/" + database + "/_bulk_docs";
        for (JsonElement answer :
                JsonParser.parseString(send("POST", path, gson.toJson(request))).getAsJsonArray()) {
            JsonObject outcome = answer.getAsJsonObject();
            if (outcome.has("error")) {
                throw new IOException("document %s was refused by %s%s: %s"
                        .formatted(outcome.get("id"), server, path, outcome.get("error")));
            }
        }
    }

    private String send(String method, String path, String body) throws IOException {
        HttpResponse<String> response = exchange(method, path, body);
        if (!isAccepted(response)) {
            throw new IOException("%s %s%s answered %s, expected 2xx: %s"
                    .formatted(method, server, path, response.statusCode(), response.body()));
        }
        return response.body();
    }

    private static boolean isAccepted(HttpResponse<String> response) {
        return response.statusCode() / 100 == 2;
    }

    private HttpResponse<String> exchange(String method, String path, String body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (!authorization.isEmpty()) {
            request.header("Authorization", authorization);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("%s %s%s was interrupted".formatted(method, server, path));
        }
    }

    private static void requireTestName(String database) {
        if (!database.startsWith(NAME_PREFIX)) {
            throw new IllegalArgumentException("database \"%s\" is refused: tests touch only databases named %s…"
                    .formatted(database, NAME_PREFIX));
        }
    }

    private static String withoutCredentials(URI server) {
        String authority = server.getRawAuthority();
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        String path = server.getRawPath();
        return server.getScheme() + "://" + host + (path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }

    private static String authorization(URI server) {
        String userInfo = server.getUserInfo();
        return userInfo == null
                ? ""
                : "Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(StandardCharsets.UTF_8));
    }
}
