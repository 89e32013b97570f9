// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.wire.ChunkedSink;
import io.couchmigrator.testkit.couch.wire.CutException;
import io.couchmigrator.testkit.couch.wire.HeadCut;
import io.couchmigrator.testkit.faults.Signal;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.SocketEffect;
import okhttp3.Headers;
import okio.BufferedSink;
import okio.Sink;

/** Turns answers into responses on the wire, with CouchDB's headers and framing. Thread-safe. */
final class ResponseWriter {
    private final Pose pose;
    private final Signal signal;
    private final AtomicLong requests = new AtomicLong();

    ResponseWriter(Pose pose, Signal signal) {
        this.pose = pose;
        this.signal = signal;
    }

    MockResponse response(Answer answer, Fault fault) {
        boolean chunked = answer.chunked() || fault.shortens();
        MockResponse.Builder response = new MockResponse.Builder()
                .body(new Body(answer.content(), chunked, fault, signal))
                .headers(headers(answer, fault, chunked));
        return finish(response, answer, fault);
    }

    /** The same for {@code HEAD}: all but the body and its framing. */
    MockResponse head(Answer answer, Fault fault) {
        return finish(new MockResponse.Builder().headers(headers(answer, fault, false)), answer, fault);
    }

    private static MockResponse finish(MockResponse.Builder response, Answer answer, Fault fault) {
        response.status("HTTP/1.1 " + answer.status() + " " + phrase(answer.status()));
        HeadCut.next(fault.cutsHeadAfter());
        if (fault.closes()) {
            response.onResponseStart(new SocketEffect.CloseSocket());
        }
        return response.build();
    }

    private Headers headers(Answer answer, Fault fault, boolean chunked) {
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(answer.headers());
        headers.put("Cache-Control", "must-revalidate");
        headers.put("Content-Type", "application/json");
        headers.put("Date", DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC)));
        headers.put("Server", "CouchDB/" + pose.version() + " (Erlang OTP/25)");
        headers.put("X-Couch-Request-ID", HexFormat.of().toHexDigits(requests.incrementAndGet(), 10));
        headers.put("X-CouchDB-Body-Time", "0");
        if (chunked) {
            headers.put("Transfer-Encoding", "chunked");
        } else if (!answer.chunked()) {
            headers.put("Content-Length", String.valueOf(answer.length()));
        }
        fault.forge(headers);
        Headers.Builder ordered = new Headers.Builder();
        headers.forEach(ordered::add);
        return ordered.build();
    }

    private static String phrase(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 201 -> "Created";
            case 302 -> "Found";
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Object Not Found";
            case 405 -> "Method Not Allowed";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 412 -> "Precondition Failed";
            case 429 -> "Too Many Requests";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Status " + status;
        };
    }

    private record Body(Answer.Content content, boolean chunked, Fault fault, Signal signal)
            implements MockResponseBody {
        @Override
        public long getContentLength() {
            return -1;
        }

        @Override
        public void writeTo(BufferedSink wire) throws IOException {
            Sink framed = chunked ? new ChunkedSink(wire) : wire;
            try {
                Payload payload = new Payload(fault.transit(framed, signal), fault);
                content.writeTo(payload);
                payload.flush();
            } catch (CutException cut) {
                wire.close();
                throw cut;
            }
            if (chunked) {
                framed.close();
            }
        }
    }
}
