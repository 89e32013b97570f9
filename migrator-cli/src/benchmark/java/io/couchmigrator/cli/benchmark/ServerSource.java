// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.RemoteDatabases;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

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
