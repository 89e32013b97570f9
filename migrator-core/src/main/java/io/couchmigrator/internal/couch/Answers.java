// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.couchmigrator.CouchServer;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.retry.PassingException;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Tells passing from terminal errors, and says what they mean. */
record Answers(CouchServer server) {
    private static final long MOST_OF_AN_ERROR_BODY = 4096;
    /** How the JDK begins an address that has no name. */
    private static final Pattern BARE_ADDRESS = Pattern.compile("(?<= )/(?=[\\d\\[])");

    private static final Pattern OF_AGE = Pattern.compile("0*[1-9]\\d*");
    private static final String CHECK_THE_URL = "check the URL, and any proxy in between";

    private static final String SET_A_USER = "set a user and password for CouchDB";

    private static final Pattern WORD = Pattern.compile("[A-Za-z_]\\w{0,63}");
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofSeconds(Long.MAX_VALUE);
    private static final int DIGITS_OF_LONG = 18;

    /**
     * Returns why no answer came, if that may pass.
     *
     * @param answered whether the server has answered before, so that its name is right
     * @throws SourceException if it will not
     */
    PassingException unreachable(String what, IOException e, boolean answered) {
        if (e instanceof UnknownHostException && answered) {
            String seen =
                    "there is no host \"%s\" any more".formatted(server.url().getAuthority());
            return new PassingException(
                    new SourceException(failed(what) + seen + ": check the name server", e), seen, null);
        }
        if (e instanceof UnknownHostException) {
            throw new SourceException(
                    failed(what)
                            + "there is no host \"%s\": check the URL and the name server"
                                    .formatted(server.url().getAuthority()),
                    e);
        }
        OtherScheme.of(e).ifPresent(other -> {
            throw new SourceException(failed(what) + other, e);
        });
        TlsFault.of(e, server.url().getHost()).ifPresent(fault -> {
            throw new SourceException(failed(what) + fault, e);
        });
        if (e instanceof ProtocolException && said(e).contains("(407)")) {
            // OkHttp passes on every status but this one, which it takes for a breach of the protocol.
            throw new SourceException(
                    failed(what)
                            + "the server answered 407: a proxy in between wants a password of its own: reach CouchDB without it",
                    e);
        }
        String seen = e instanceof SocketTimeoutException ? late(e) : said(e);
        String perhaps = answered
                ? ""
                : OtherScheme.perhaps(server.url().getScheme(), e)
                        .map(scheme -> scheme + ", else ")
                        .orElse("");
        return new PassingException(
                new SourceException(
                        failed(what) + seen + ": " + perhaps
                                + "check that the server runs and can be reached from here",
                        e),
                seen,
                null);
    }

    /** Returns why an answer that began well cannot be used. */
    BrokenAnswerException broken(String what, Exception e) {
        IOException fault = ParseFault.of(e);
        String seen = fault instanceof SocketTimeoutException
                ? late(fault)
                : "the answer broke off or cannot be parsed (%s)".formatted(said(fault));
        return new BrokenAnswerException(
                new SourceException(
                        failed(what) + seen + ": look at the server's log, and at any proxy in between", fault),
                seen);
    }

    /**
     * Refuses an answer out of a cache, which may hide what changed since: no request asks for one.
     *
     * @throws SourceException if the answer says that it has an age
     */
    void refuseStored(String what, Response response) {
        String age = response.header("Age", "");
        if (OF_AGE.matcher(age).matches()) {
            throw new SourceException(failed(what)
                    + "the answer is %s s old, out of a cache in between%s: let it pass on every request for this server, or reach CouchDB without it"
                            .formatted(oneLine(age), names(response)));
        }
    }

    private static String names(Response response) {
        String names = Stream.of("Via", "Server")
                .filter(name -> response.header(name) != null)
                .map(name -> "%s: %s".formatted(name, withoutCredentials(oneLine(response.header(name)))))
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : " (" + names + ")";
    }

    /**
     * Returns what a status other than 2xx means, if it may pass.
     *
     * @throws SourceException if it will not
     */
    PassingException refused(String what, Response response) {
        int status = response.code();
        String reason = reason(response);
        boolean locked = locked(status, reason);
        String seen = "the server answered " + status + (reason.isEmpty() ? "" : " (" + reason + ")");
        String advice = locked ? "wait until the account is unlocked" : advice(status, response);
        SourceException error =
                new SourceException(failed(what) + seen + ": " + advice, new StatusException(status, locked, reason));
        if (status == 500) {
            return new BrokenAnswerException(error, seen);
        }
        if (status > 500 || status == 408 || status == 429 || locked) {
            return new PassingException(error, seen, retryAfter(response));
        }
        throw error;
    }

    private String advice(int status, Response response) {
        if (status >= 300 && status < 400) {
            return "it points to %s: use the URL of the CouchDB server itself".formatted(location(response));
        }
        int length = response.request().url().toString().length();
        if ((status == 400 || status == 414) && length > RangeRequests.LONGEST_URL) {
            return "an id is so long that the URL has %s characters, and keys in a body are not read, as CouchDB does from 3.0 on: let the server and any proxy in between take longer URLs, or use a newer CouchDB"
                    .formatted(length);
        }
        return switch (status) {
            case 401 ->
                server.user().isPresent()
                        ? "check the password of user \"%s\""
                                .formatted(server.user().get())
                        : SET_A_USER;
            case 403 ->
                server.user()
                        .map("give user \"%s\" the right to read it"::formatted)
                        .orElse(SET_A_USER);
            case 404 ->
                belowAPath() + "check that it exists"
                        + server.user()
                                .map(", and that user \"%s\" may read it"::formatted)
                                .orElse("");
            case 413 -> "raise the size of a request that the server, or a proxy in between, takes";
            case 429 -> "the server wants fewer requests";
            case 400 -> OtherScheme.of(response).orElse(CHECK_THE_URL);
            default -> status >= 500 ? "look at the server's log" : CHECK_THE_URL;
        };
    }

    /** A proxy may serve CouchDB below a path. Whoever names a database in the URL has one, too, and reads documents of it for databases. */
    private String belowAPath() {
        String path = server.url().getPath();
        return path.equals("/")
                ? ""
                : "the URL ends in %s, and the server alone belongs there: leave out what names a database, else "
                        .formatted(path);
    }

    private static String location(Response response) {
        String location = response.header("Location");
        return location == null
                ? "nowhere"
                : oneLine(withoutCredentials(location).replaceAll("\\?.*", "?…"));
    }

    private static String withoutCredentials(String text) {
        return text.replaceAll("//[^/]*@", "//");
    }

    /** CouchDB locks an account for a while after five failed logins, even for the right password. */
    private static boolean locked(int status, String reason) {
        return status == 403 && reason.contains("temporarily locked");
    }

    private static @Nullable Duration retryAfter(Response response) {
        String header = response.header("Retry-After");
        if (header == null) {
            return null;
        }
        String value = header.strip();
        try {
            if (value.chars().allMatch(Character::isDigit)) {
                return value.length() > DIGITS_OF_LONG
                        ? LONGEST_RETRY_AFTER
                        : Duration.ofSeconds(Long.parseLong(value));
            }
            Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(Instant.now(), until);
            return wait.isNegative() ? null : wait;
        } catch (NumberFormatException | DateTimeException e) {
            return null;
        }
    }

    private static String reason(Response response) {
        try {
            JsonElement json = JsonParser.parseString(
                    response.peekBody(MOST_OF_AN_ERROR_BODY).string());
            if (!json.isJsonObject()) {
                return "";
            }
            JsonObject body = json.getAsJsonObject();
            if (response.code() >= 500) {
                // The reason, and sometimes the error, is an Erlang term that may hold parts of a document.
                String error = text(body.get("error"));
                return WORD.matcher(error).matches() ? error : "";
            }
            return oneLine(text(body.get("error")) + ": " + text(body.get("reason")));
        } catch (IOException | JsonParseException | StackOverflowError e) {
            return "";
        }
    }

    private static String text(@Nullable JsonElement element) {
        return element != null && element.isJsonPrimitive() ? element.getAsString() : "";
    }

    private String failed(String what) {
        return "could not read %s from CouchDB at %s: ".formatted(what, server);
    }

    /** What OkHttp says of a server that is silent is no more than "timeout". */
    private String late(IOException e) {
        if (e instanceof TlsGreeting.Unanswered) {
            return "no answer to a TLS greeting for %s s".formatted(seconds(server.connectTimeout()));
        }
        boolean silent = "timeout".equals(e.getMessage()) || "Read timed out".equals(e.getMessage());
        return silent
                ? "nothing came for %s s".formatted(seconds(server.readTimeout()))
                : "no answer came in time (%s)".formatted(said(e));
    }

    private static String seconds(Duration duration) {
        return BigDecimal.valueOf(duration.toMillis(), 3).stripTrailingZeros().toPlainString();
    }

    private static String said(Exception e) {
        return oneLine(
                e.getMessage() == null
                        ? e.getClass().getSimpleName()
                        : BARE_ADDRESS.matcher(e.getMessage()).replaceAll(""));
    }

    /** Text from elsewhere, made fit for one line of a console. */
    static String oneLine(@Nullable String text) {
        if (text == null) {
            return "";
        }
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > 200 ? line.substring(0, 200) + "…" : line;
    }
}
