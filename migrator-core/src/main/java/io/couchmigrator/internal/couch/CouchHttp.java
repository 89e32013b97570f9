// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonParseException;
import io.couchmigrator.CouchServer;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.retry.Asking;
import io.couchmigrator.internal.retry.PassingException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.X509TrustManager;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Credentials;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Requests to one server, one attempt each: a value comes of it, a {@link PassingException} if another attempt may succeed,
 * or a {@link SourceException} if none will. No cache in between answers: no two GETs have one URL, whatever headers a
 * cache may heed. Safe for use by multiple threads.
 */
final class CouchHttp implements AutoCloseable {
    private static final MediaType JSON = MediaType.get("application/json");

    /** More than anybody has workers: OkHttp's own five would make the others connect anew for each page. */
    private static final int MOST_IDLE_CONNECTIONS = 64;

    private final HttpUrl url;
    private final OkHttpClient http;
    private final Answers answers;
    private final Asking asking = new Asking();
    private final String unshared = UUID.randomUUID().toString().replace("-", "");
    private final AtomicLong requests = new AtomicLong();

    private volatile boolean cancelled;

    /** Whether the server has ever answered: then its name is right, and if it is unknown that will pass. */
    private volatile boolean answered;

    /** Turns a body into a value, or throws because it is not what it should be. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(InputStream body) throws IOException;
    }

    CouchHttp(CouchServer server, Dns names) {
        this.url = HttpUrl.get(server.url().toString());
        this.answers = new Answers(server);
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                .dns(names)
                .connectTimeout(server.connectTimeout())
                .readTimeout(server.readTimeout())
                .writeTimeout(server.readTimeout())
                .connectionPool(new ConnectionPool(MOST_IDLE_CONNECTIONS, 5, TimeUnit.MINUTES))
                .eventListenerFactory(call -> call.request().tag(TlsGreeting.class))
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .followSslRedirects(false);
        // Sent unasked: a server that is asked first counts a failed login for every worker.
        String authorization = server.user().isEmpty()
                ? null
                : Credentials.basic(server.user().get(), server.password().orElse(""), StandardCharsets.UTF_8);
        builder.addInterceptor(chain -> {
            // By now it is among those that are cancelled, if that is still to come.
            if (cancelled) {
                throw new IOException("cancelled");
            }
            Request.Builder request = chain.request()
                    .newBuilder()
                    .header("Accept", "application/json")
                    .header("Cache-Control", "no-cache");
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
        if (url.isHttps()) {
            OkHttpClient usual = builder.build();
            X509TrustManager trust = Objects.requireNonNull(usual.x509TrustManager());
            builder.sslSocketFactory(new TlsSockets(usual.sslSocketFactory(), server.connectTimeout()), trust);
        } else {
            // Else the JVM reads its trusted certificates, for nothing.
            builder.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT));
        }
        this.http = builder.build();
    }

    /** Returns the URL of what lies below the server's, by the names on the way there. */
    HttpUrl.Builder url(String... segments) {
        HttpUrl.Builder builder = url.newBuilder();
        for (String segment : segments) {
            builder.addEncodedPathSegment(encoded(segment));
        }
        return builder;
    }

    /** Nothing is left as it is that a server may take for something else, as CouchDB takes a + for a blank. */
    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Gets what is there, through whatever cache. */
    <T> T get(String what, HttpUrl.Builder target, Parser<T> parser) throws PassingException {
        return answer(what, unshared(target), parser, asking);
    }

    private Request unshared(HttpUrl.Builder target) {
        HttpUrl own = target.setQueryParameter("_", unshared + requests.incrementAndGet())
                .build();
        return new Request.Builder().url(own).build();
    }

    /** Gets what nobody waits for: how long that takes is not told. */
    <T> T getAside(String what, HttpUrl.Builder target, Parser<T> parser) throws PassingException {
        return answer(what, unshared(target), parser, new Asking());
    }

    /** Asks with a JSON body. */
    <T> T post(String what, HttpUrl.Builder target, String body, Parser<T> parser) throws PassingException {
        Request request = new Request.Builder()
                .url(target.build())
                .post(RequestBody.create(body, JSON))
                .build();
        return answer(what, request, parser, asking);
    }

    /** Returns the URL of documents, all but which. */
    HttpUrl.Builder allDocs(String database, Wanted wanted) {
        HttpUrl.Builder target = url(database, "_all_docs");
        return wanted.bodies() ? target.addQueryParameter("include_docs", "true") : target;
    }

    /** Returns why an answer that began well cannot be used. */
    BrokenAnswerException broken(String what, Exception e) {
        return answers.broken(what, e);
    }

    /** Returns what the server is asked just now. */
    Asking asking() {
        return asking;
    }

    /** An answer, of which each piece is waited for. */
    private static final class AskedStream extends FilterInputStream {
        private final Asking asking;

        AskedStream(InputStream answer, Asking asking) {
            super(answer);
            this.asking = asking;
        }

        @Override
        public int read() throws IOException {
            return asking.ask(in::read);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return asking.ask(() -> in.read(buffer, offset, length));
        }
    }

    /** Ends all requests, those to come as well; their threads see a passing error. */
    void cancel() {
        cancelled = true;
        http.dispatcher().cancelAll();
    }

    @Override
    public void close() {
        cancel();
        http.dispatcher().executorService().shutdown();
        http.connectionPool().evictAll();
    }

    private <T> T answer(String what, Request request, Parser<T> parser, Asking asking) throws PassingException {
        TlsGreeting greeting = new TlsGreeting();
        Call call = http.newCall(
                request.newBuilder().tag(TlsGreeting.class, greeting).build());
        Response response;
        try {
            response = asking.ask(call::execute);
        } catch (IOException e) {
            throw answers.unreachable(what, greeting.reason(e), answered);
        }
        answered = true;
        boolean whole = false;
        try (response) {
            answers.refuseStored(what, response);
            if (!response.isSuccessful()) {
                throw answers.refused(what, response);
            }
            T parsed = parser.parse(new AskedStream(response.body().byteStream(), asking));
            whole = true;
            return parsed;
        } catch (ConsumerException e) {
            throw e.thrown();
        } catch (IOException | JsonParseException | IllegalStateException | NumberFormatException e) {
            throw answers.broken(what, e);
        } finally {
            if (!whole) {
                // Behind a 500 for a document that it cannot read CouchDB 3.5 sends the rest of what it had begun: on
                // this connection,
                // which is idle by now, that would be taken for the beginning of the next answer.
                http.connectionPool().evictAll();
            }
        }
    }
}
