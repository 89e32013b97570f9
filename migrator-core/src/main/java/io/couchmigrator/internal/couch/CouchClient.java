// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.CouchServer;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.retry.PassingException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Credentials;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Asks one CouchDB server. Every method makes one attempt: it returns, throws {@link PassingException} if another may
 * succeed, or {@link SourceException} if none will. Safe for use by multiple threads.
 */
public final class CouchClient implements AutoCloseable {
    private static final MediaType JSON = MediaType.get("application/json");

    /** More than anybody has workers: OkHttp's own five would make the others connect anew for each page. */
    private static final int MOST_IDLE_CONNECTIONS = 64;

    private final CouchServer server;
    private final HttpUrl url;
    private final OkHttpClient http;
    private final Answers answers;

    public CouchClient(CouchServer server) {
        this.server = server;
        this.url = HttpUrl.get(server.url().toString());
        this.answers = new Answers(server);
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .connectTimeout(server.connectTimeout())
                .readTimeout(server.readTimeout())
                .writeTimeout(server.readTimeout())
                .connectionPool(new ConnectionPool(MOST_IDLE_CONNECTIONS, 5, TimeUnit.MINUTES))
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .followSslRedirects(false);
        // Sent unasked: a server that is asked first counts a failed login for every worker.
        String authorization = server.user().isEmpty()
                ? null
                : Credentials.basic(server.user().get(), server.password().orElse(""), StandardCharsets.UTF_8);
        builder.addInterceptor(chain -> {
            Request.Builder request = chain.request().newBuilder().header("Accept", "application/json");
            if (authorization != null) {
                request.header("Authorization", authorization);
            }
            return chain.proceed(request.build());
        });
        // OkHttp repeats a 503 that says so at once, whatever it is told: a pause of nothing is no reason for no pause.
        builder.addNetworkInterceptor(chain -> {
            Response response = chain.proceed(chain.request());
            String pause = response.header("Retry-After");
            return response.code() == 503 && pause != null && pause.strip().matches("0+")
                    ? response.newBuilder().removeHeader("Retry-After").build()
                    : response;
        });
        if (!url.isHttps()) {
            // Else the JVM reads its trusted certificates, for nothing.
            builder.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT));
        }
        this.http = builder.build();
    }

    /** Returns the server's name for people. */
    public String name() {
        return "CouchDB at " + server;
    }

    /** Returns the server's uuid; empty where it has none. May take seconds on a healthy server. */
    public Optional<String> uuid() throws PassingException {
        JsonObject welcome =
                object("its welcome", new Request.Builder().url(url).build());
        JsonElement uuid = welcome.get("uuid");
        return uuid != null && uuid.isJsonPrimitive() ? Optional.of(uuid.getAsString()) : Optional.empty();
    }

    /** Returns what the server says of a database; one that does not exist is a terminal error. */
    public DatabaseFacts database(String database) throws PassingException {
        String what = "database \"%s\"".formatted(database);
        JsonObject facts =
                object(what, new Request.Builder().url(path(database).build()).build());
        try {
            JsonElement start = facts.get("instance_start_time");
            JsonElement deleted = facts.get("doc_del_count");
            JsonElement sequence = facts.get("update_seq");
            return new DatabaseFacts(
                    start == null || start.isJsonNull() || isNumber(sequence) ? "0" : start.getAsString(),
                    facts.get("doc_count").getAsLong(),
                    deleted == null || deleted.isJsonNull() ? 0 : deleted.getAsLong(),
                    sequence == null || sequence.isJsonNull() ? null : sequence,
                    copies(facts.get("cluster")));
        } catch (NullPointerException
                | IllegalStateException
                | UnsupportedOperationException
                | NumberFormatException e) {
            throw answers.broken(what, new IOException("no database information: " + facts.keySet(), e));
        }
    }

    /** Servers with such sequences tell for a creation time when they opened the database, or began themselves. */
    private static boolean isNumber(@Nullable JsonElement sequence) {
        return sequence instanceof JsonPrimitive primitive && primitive.isNumber();
    }

    /** Reads a page of {@code _all_docs}. */
    public PageEnd page(KeyPage page, Meter meter, RowConsumer consumer) throws PassingException {
        HttpUrl.Builder target =
                path(page.database(), "_all_docs").addQueryParameter("limit", String.valueOf(page.limit()));
        if (page.fields() != null) {
            target.addQueryParameter("include_docs", "true");
        }
        if (page.buffered()) {
            target.addQueryParameter("buffer_response", "true");
        }
        if (page.from() != null) {
            target.addQueryParameter("startkey", JsonText.quoted(page.from()));
        }
        if (page.before() != null) {
            target.addQueryParameter("endkey", JsonText.quoted(page.before()))
                    .addQueryParameter("inclusive_end", "false");
        }
        String what = "documents of \"%s\"".formatted(page.database());
        return rows(what, new Request.Builder().url(target.build()).build(), page.fields(), meter, consumer);
    }

    /** Returns the last id below a key, or the last of all; empty if there is none. */
    public Optional<String> lastId(String database, @Nullable String below) throws PassingException {
        // A descending page begins at its key, so that the key itself may come first.
        HttpUrl.Builder target = path(database, "_all_docs")
                .addQueryParameter("descending", "true")
                .addQueryParameter("limit", "2");
        if (below != null) {
            target.addQueryParameter("startkey", JsonText.quoted(below));
        }
        List<String> ids = new ArrayList<>();
        String what = "ids of \"%s\"".formatted(database);
        rows(what, new Request.Builder().url(target.build()).build(), null, Meter.NONE, row -> ids.add(row.id()));
        return ids.stream().filter(id -> !id.equals(below)).findFirst();
    }

    private static OptionalLong copies(@Nullable JsonElement cluster) {
        JsonElement copies = cluster != null && cluster.isJsonObject()
                ? cluster.getAsJsonObject().get("n")
                : null;
        return copies == null || copies.isJsonNull() ? OptionalLong.empty() : OptionalLong.of(copies.getAsLong());
    }

    /**
     * Reads documents by id, each id once, in any order.
     *
     * @param fields the top-level fields to keep; null asks for no bodies
     */
    public PageEnd documents(
            String database, Collection<String> ids, @Nullable List<String> fields, Meter meter, RowConsumer consumer)
            throws PassingException {
        StringJoiner keys = new StringJoiner(",", "{\"keys\":[", "]}");
        ids.forEach(id -> keys.add(JsonText.quoted(id)));
        HttpUrl.Builder target = path(database, "_all_docs");
        if (fields != null) {
            target.addQueryParameter("include_docs", "true");
        }
        Request request = new Request.Builder()
                .url(target.build())
                .post(RequestBody.create(keys.toString(), JSON))
                .build();
        String what = "%d documents of \"%s\" by id".formatted(ids.size(), database);
        Set<String> unanswered = new HashSet<>(ids);
        PageEnd end = rows(what, request, fields, meter, row -> {
            if (unanswered.remove(row.id())) {
                consumer.row(row);
            }
        });
        if (!unanswered.isEmpty() || end.rows() != ids.size()) {
            throw answers.broken(
                    what,
                    new IOException("asked for %d ids, answered %d rows, %d ids not among them"
                            .formatted(ids.size(), end.rows(), unanswered.size())));
        }
        return end;
    }

    /**
     * Reads a page of {@code _changes}. One that has fewer rows than the limit need not be the last: see
     * {@link PageEnd#mayGoOn}.
     *
     * @param since the raw token of the position to begin after; null for now
     * @param fields the top-level fields to keep; null asks for no bodies
     */
    public PageEnd changes(
            String database,
            @Nullable JsonElement since,
            int limit,
            @Nullable List<String> fields,
            Meter meter,
            RowConsumer consumer)
            throws PassingException {
        HttpUrl.Builder target = path(database, "_changes")
                .addQueryParameter("since", since == null ? "now" : Sequence.parameter(since))
                .addQueryParameter("limit", String.valueOf(limit))
                .addQueryParameter("seq_interval", String.valueOf(limit));
        if (fields != null) {
            target.addQueryParameter("include_docs", "true");
        }
        String what = "changes of \"%s\"".formatted(database);
        PageEnd end = rows(what, new Request.Builder().url(target.build()).build(), fields, meter, consumer);
        if (end.lastSequence() == null || end.lastSequence().isJsonNull()) {
            throw answers.broken(what, new IOException("a page without last_seq"));
        }
        if (end.rows() == 0 && end.pending().orElse(0) > 0) {
            throw answers.broken(
                    what,
                    new IOException("an empty page with %d changes pending"
                            .formatted(end.pending().getAsLong())));
        }
        return end;
    }

    /** Ends all requests under way; their threads see a passing error. */
    public void cancel() {
        http.dispatcher().cancelAll();
    }

    @Override
    public void close() {
        cancel();
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }

    private HttpUrl.Builder path(String... segments) {
        HttpUrl.Builder builder = url.newBuilder();
        for (String segment : segments) {
            builder.addPathSegment(segment);
        }
        return builder;
    }

    private PageEnd rows(String what, Request request, @Nullable List<String> fields, Meter meter, RowConsumer consumer)
            throws PassingException {
        return answer(
                what, request, body -> PageParser.parse(body, fields == null ? List.of() : fields, meter, consumer));
    }

    private JsonObject object(String what, Request request) throws PassingException {
        return answer(what, request, JsonBytes::object);
    }

    private <T> T answer(String what, Request request, Parser<T> parser) throws PassingException {
        Call call = http.newCall(request);
        Response response;
        try {
            response = call.execute();
        } catch (IOException e) {
            throw answers.unreachable(what, e);
        }
        try (response) {
            if (!response.isSuccessful()) {
                throw answers.refused(what, response);
            }
            return parser.parse(response.body().byteStream());
        } catch (ConsumerException e) {
            throw e.thrown();
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw answers.broken(what, e);
        }
    }

    /** Turns a body into a value, or throws because it is not what it should be. */
    @FunctionalInterface
    private interface Parser<T> {
        T parse(InputStream body) throws IOException;
    }
}
