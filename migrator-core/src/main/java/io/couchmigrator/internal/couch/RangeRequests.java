// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import io.couchmigrator.SourceException;
import io.couchmigrator.internal.retry.PassingException;
import java.util.Map;
import java.util.StringJoiner;
import okhttp3.HttpUrl;

/**
 * Asks one server for ranges of ids: with the keys in the URL, or in a body where an id is so long that a server or proxy
 * would not take the URL, and for no more rows at once than the server allows. Safe for use by multiple threads.
 */
final class RangeRequests {
    /** Servers and proxies take 4 to 8 kB. */
    static final int LONGEST_URL = 2_000;

    private final CouchHttp http;
    private volatile int mostRows = Integer.MAX_VALUE;
    private volatile Bodies bodies = Bodies.UNKNOWN;

    /** What the server makes of keys in a body: CouchDB before 3.0 answers as if there were none. */
    private enum Bodies {
        UNKNOWN,
        HEEDED,
        IGNORED
    }

    RangeRequests(CouchHttp http) {
        this.http = http;
    }

    /** Returns how many rows the server sends at once, as far as it has said so. */
    int mostRows() {
        return mostRows;
    }

    /**
     * Asks for a range.
     *
     * @param target all but the limit and the keys
     * @param limit the most rows
     * @param keys where the range begins and ends, by the names of the parameters
     */
    PageEnd range(String what, HttpUrl target, int limit, Map<String, String> keys, CouchHttp.Parser<PageEnd> parser)
            throws PassingException {
        int allowed = Math.min(limit, mostRows);
        try {
            return limited(what, target.newBuilder().addQueryParameter("limit", "" + allowed), keys, parser);
        } catch (SourceException e) {
            int fewer = StatusException.causing(e)
                    .map(status -> status.fewerRows(allowed))
                    .orElse(allowed);
            if (fewer >= allowed) {
                throw e;
            }
            mostRows = Math.min(mostRows, fewer);
            return range(what, target, fewer, keys, parser);
        }
    }

    private PageEnd limited(
            String what, HttpUrl.Builder target, Map<String, String> keys, CouchHttp.Parser<PageEnd> parser)
            throws PassingException {
        HttpUrl.Builder whole = target.build().newBuilder();
        StringJoiner body = new StringJoiner(",", "{", "}");
        keys.forEach((name, key) -> {
            whole.addQueryParameter(name, JsonText.quoted(key));
            body.add("\"%s\":%s".formatted(name, JsonText.quoted(key)));
        });
        boolean fits = whole.build().toString().length() <= LONGEST_URL;
        return fits || !readsBodies(what, target.build())
                ? http.get(what, whole, parser)
                : http.post(what, target, body.toString(), parser);
    }

    /**
     * A server that reads the key knows of nothing up to the empty id; one that does not begins at the beginning. That there
     * is nothing in a database without documents says neither.
     */
    private boolean readsBodies(String what, HttpUrl target) throws PassingException {
        if (bodies == Bodies.UNKNOWN) {
            HttpUrl.Builder first = target.newBuilder().query(null).addQueryParameter("limit", "1");
            PageEnd end = http.post(what, first, "{\"endkey\":\"\"}", PageParser.of(Wanted.IDS, Meter.NONE, row -> {}));
            if (end.rows() > 0) {
                bodies = Bodies.IGNORED;
            } else if (end.total().orElse(0) > 0) {
                bodies = Bodies.HEEDED;
            }
        }
        return bodies == Bodies.HEEDED;
    }
}
