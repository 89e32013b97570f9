// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A proxy that keeps answers as nginx does with {@code proxy_cache_valid 200 2m}: known by method and URL, whatever the
 * request's headers ask for, and sent again without an {@code Age}. What it keeps lasts as long as the test.
 */
final class CachingProxy implements AutoCloseable {
    private final URI origin;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, HttpResponse<byte[]>> kept = new ConcurrentHashMap<>();
    private final AtomicInteger hits = new AtomicInteger();

    private CachingProxy(String origin) throws IOException {
        this.origin = URI.create(origin);
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Starts one before this server. */
    static CachingProxy before(String origin) throws IOException {
        return new CachingProxy(origin);
    }

    String url() {
        return "http://127.0.0.1:%d/".formatted(server.getAddress().getPort());
    }

    /** Returns how many requests were answered without asking the server. */
    int hits() {
        return hits.get();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean cacheable = !exchange.getRequestMethod().equals("POST");
            String key = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            HttpResponse<byte[]> response = cacheable ? kept.get(key) : null;
            if (response == null) {
                response = fetched(exchange);
            } else {
                hits.incrementAndGet();
            }
            if (cacheable && response.statusCode() == 200) {
                kept.put(key, response);
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(
                    response.statusCode(), response.body().length == 0 ? -1 : response.body().length);
            exchange.getResponseBody().write(response.body());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private HttpResponse<byte[]> fetched(HttpExchange exchange) throws IOException, InterruptedException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        HttpRequest request = HttpRequest.newBuilder(origin.resolve(exchange.getRequestURI()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
                .header("Content-Type", "application/json")
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }
}
