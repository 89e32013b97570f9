// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.couch.RemoteDatabases;
import io.couchmigrator.testkit.couch.ServerTraits;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** Databases of our own on a server that is not. */
final class ServerSource implements Source {
    private static final int BYTES_AT_ONCE = 4_000_000;
    private static final int DOCUMENTS_AT_ONCE = 500;

    private final URI server;
    private final RemoteDatabases databases;

    private ServerSource(URI server, RemoteDatabases databases) {
        this.server = server;
        this.databases = databases;
    }

    static ServerSource load(URI server, Documents documents) throws IOException {
        Map<String, List<JsonObject>> empty = Source.databases(documents.database()).stream()
                .collect(Collectors.toMap(Function.identity(), name -> List.of()));
        ServerSource source = new ServerSource(server, RemoteDatabases.create(server, empty));
        try {
            source.fill(documents);
            return source;
        } catch (IOException | RuntimeException e) {
            try (source) {
                throw e;
            }
        }
    }

    /** Asks a server for its name and version. */
    static String named(URI server) throws IOException {
        HttpUrl url = HttpUrl.get(server.toString());
        String credentials = Credentials.basic(url.username(), url.password(), StandardCharsets.UTF_8);
        Request.Builder request = new Request.Builder()
                .url(url.newBuilder().username("").password("").build());
        if (!url.username().isEmpty()) {
            request.header("Authorization", credentials);
        }
        try (Response response = new OkHttpClient().newCall(request.build()).execute()) {
            String place = url.host() + ":" + url.port();
            if (!response.isSuccessful()) {
                throw new IOException("%s answered %d, expected 200: see MIGRATOR_TEST_COUCHDB_URL"
                        .formatted(place, response.code()));
            }
            JsonObject welcome =
                    JsonParser.parseString(response.body().string()).getAsJsonObject();
            JsonElement version = welcome.get("version");
            return "%s %s at %s"
                    .formatted(
                            ServerTraits.of(welcome).server(),
                            version == null ? "of no version" : version.getAsString(),
                            place);
        }
    }

    @Override
    public URI url() {
        return server.getPath().endsWith("/") ? server : URI.create(server + "/");
    }

    @Override
    public String description() {
        return "a CouchDB server";
    }

    @Override
    public void close() throws IOException {
        databases.close();
    }

    private void fill(Documents documents) throws IOException {
        List<JsonObject> next = new ArrayList<>();
        long bytes = 0;
        for (Iterator<JsonObject> all = documents.documents().iterator(); all.hasNext(); ) {
            JsonObject document = all.next();
            next.add(document);
            bytes += document.toString().length();
            if (bytes > BYTES_AT_ONCE || next.size() == DOCUMENTS_AT_ONCE || !all.hasNext()) {
                databases.put(documents.database(), next);
                next.clear();
                bytes = 0;
            }
        }
    }
}
