// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A plain HTTP client for the tests of the double: no retries, no redirects, whole bodies. */
final class CouchClient {
    private final OkHttpClient http;
    private final String url;

    CouchClient(String url) {
        this(url, new OkHttpClient());
    }

    CouchClient(String url, OkHttpClient http) {
        this.url = url;
        this.http = http.newBuilder()
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .readTimeout(Duration.ofSeconds(20))
                .build();
    }

    /** Returns a client that gives up waiting for bytes after this time. */
    CouchClient patience(Duration readTimeout) {
        CouchClient copy = new CouchClient(url, http);
        return new CouchClient(
                url, copy.http.newBuilder().readTimeout(readTimeout).build(), readTimeout);
    }

    private CouchClient(String url, OkHttpClient http, Duration readTimeout) {
        this.url = url;
        this.http = http.newBuilder().readTimeout(readTimeout).build();
    }

    Reply get(String path) throws IOException {
        return send("GET", path, null);
    }

    Reply send(String method, String path, @Nullable String json) throws IOException {
        return send(method, path, json, Headers.of());
    }

    Reply send(String method, String path, @Nullable String json, Headers headers) throws IOException {
        RequestBody body = json == null
                ? (method.equals("PUT") || method.equals("POST") ? RequestBody.create(new byte[0]) : null)
                : RequestBody.create(json, MediaType.get("application/json"));
        Request request = new Request.Builder()
                .url(url + path)
                .headers(headers)
                .method(method, body)
                .build();
        try (Response response = http.newCall(request).execute()) {
            return new Reply(
                    response.code(),
                    response.message(),
                    response.headers(),
                    response.body().string());
        }
    }

    /** A JSON string as a query parameter. */
    static String key(String text) {
        return encoded(JsonText.quote(text));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    record Reply(int status, String phrase, Headers headers, String body) {
        JsonObject json() {
            return element().getAsJsonObject();
        }

        JsonElement element() {
            return JsonParser.parseString(body);
        }
    }
}
