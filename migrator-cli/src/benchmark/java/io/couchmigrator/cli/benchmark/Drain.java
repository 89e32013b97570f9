// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import okhttp3.ConnectionPool;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okio.Okio;

/**
 * Reads all documents and throws them away: the floor under every migration. It has it easier than one, for it knows
 * where each page begins.
 */
final class Drain implements AutoCloseable {
    private static final int DOCUMENTS_OF_A_PAGE = 2000;
    private static final int PAGES_OF_A_RANGE = 4;

    private final HttpUrl url;
    private final String authorization;
    private final List<List<HttpUrl>> ranges = new ArrayList<>();
    private final int readers;
    private final OkHttpClient client;
    private final ExecutorService threads;

    /** @param source a server's URL, with the credentials it wants */
    Drain(URI source, Documents documents, int readers) {
        HttpUrl withUser = HttpUrl.get(source.toString());
        this.authorization = Credentials.basic(withUser.username(), withUser.password(), StandardCharsets.UTF_8);
        this.url = withUser.newBuilder()
                .username("")
                .password("")
                .addPathSegment(documents.database())
                .addPathSegment("_all_docs")
                .addQueryParameter("include_docs", "true")
                .addQueryParameter("limit", String.valueOf(DOCUMENTS_OF_A_PAGE))
                .build();
        List<String> ids = documents.ids();
        int range = PAGES_OF_A_RANGE * DOCUMENTS_OF_A_PAGE;
        for (int from = 0; from < ids.size(); from += range) {
            List<HttpUrl> pages = new ArrayList<>();
            for (int page = from; page < Math.min(ids.size(), from + range); page += DOCUMENTS_OF_A_PAGE) {
                pages.add(url.newBuilder()
                        .addQueryParameter("startkey", "\"" + ids.get(page) + "\"")
                        .build());
            }
            ranges.add(pages);
        }
        this.readers = readers;
        this.client = new OkHttpClient.Builder()
                .readTimeout(5, TimeUnit.MINUTES)
                .connectionPool(new ConnectionPool(readers, 5, TimeUnit.MINUTES))
                .build();
        this.threads = Executors.newFixedThreadPool(readers);
    }

    /**
     * Reads everything once.
     *
     * @param buffered whether the server is asked to send a page in few pieces
     * @return how many bytes there were
     */
    long read(boolean buffered) throws Exception {
        Queue<List<HttpUrl>> left = new ConcurrentLinkedQueue<>(ranges);
        LongAdder bytes = new LongAdder();
        List<Future<?>> reading = new ArrayList<>();
        for (int i = 0; i < readers; i++) {
            reading.add(threads.submit(() -> {
                for (List<HttpUrl> range = left.poll(); range != null; range = left.poll()) {
                    for (HttpUrl page : range) {
                        bytes.add(read(page, buffered));
                    }
                }
                return null;
            }));
        }
        for (Future<?> reader : reading) {
            reader.get();
        }
        return bytes.sum();
    }

    private long read(HttpUrl page, boolean buffered) throws IOException {
        HttpUrl asked = buffered
                ? page.newBuilder().addQueryParameter("buffer_response", "true").build()
                : page;
        Request.Builder request = new Request.Builder().url(asked);
        if (!authorization.equals(Credentials.basic("", ""))) {
            request.header("Authorization", authorization);
        }
        try (Response response = client.newCall(request.build()).execute()) {
            if (!response.isSuccessful()) {
                throw new IOException("%s answered %d, expected 200: %s"
                        .formatted(url, response.code(), response.body().string()));
            }
            return response.body().source().readAll(Okio.blackhole());
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        client.connectionPool().evictAll();
    }
}
