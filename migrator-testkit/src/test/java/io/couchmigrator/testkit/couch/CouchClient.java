// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.couch.documents.JsonText;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import okhttp3.Credentials;
import okhttp3.Headers;
import okhttp3.HttpUrl;
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
    private final @Nullable String authorization;

    /**
     * Speaks to the server at this address.
     *
     * @param address may contain credentials
     */
    CouchClient(String address) {
        this(address, new OkHttpClient());
    }

    CouchClient(String address, OkHttpClient http) {
        HttpUrl parsed = HttpUrl.get(address.endsWith("/") ? address : address + "/");
        this.url = parsed.newBuilder().username("").password("").build().toString();
        this.authorization =
                parsed.username().isEmpty() ? null : Credentials.basic(parsed.username(), parsed.password());
        this.http = http.newBuilder()
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .build();
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
                .headers(authorization == null ? headers : with(headers, authorization))
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

    private static Headers with(Headers headers, String authorization) {
        return headers.newBuilder().set("Authorization", authorization).build();
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
