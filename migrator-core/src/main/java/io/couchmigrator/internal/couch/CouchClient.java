// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.CouchServer;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.retry.Asking;
import io.couchmigrator.internal.retry.PassingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.StringJoiner;
import okhttp3.Dns;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * Asks one CouchDB server. Every method makes one attempt: it returns, throws {@link PassingException} if another may
 * succeed, or {@link SourceException} if none will. Safe for use by multiple threads.
 */
public final class CouchClient implements AutoCloseable {
    private final CouchServer server;
    private final CouchHttp http;
    private final RangeRequests ranges;
    private final IdRequests byId;
    private final FieldRequests fields;

    public CouchClient(CouchServer server) {
        this(server, Dns.SYSTEM);
    }

    CouchClient(CouchServer server, Dns names) {
        this.server = server;
        this.http = new CouchHttp(server, names);
        this.ranges = new RangeRequests(http);
        this.byId = new IdRequests(http);
        this.fields = new FieldRequests(http);
    }

    /** Returns the server's name for people. */
    public String name() {
        return "CouchDB at " + server;
    }

    /** Returns what the server is asked just now. */
    public Asking asking() {
        return http.asking();
    }

    /** Returns the server's uuid; empty where it has none. May take seconds on a healthy server, which nobody is to wait for. */
    public Optional<String> uuid() throws PassingException {
        return welcome("uuid");
    }

    /** Returns the server's version; empty where it does not say. May take seconds on a healthy server. */
    public Optional<String> version() throws PassingException {
        return welcome("version");
    }

    private Optional<String> welcome(String name) throws PassingException {
        JsonElement said =
                http.getAside("its welcome", http.url(), JsonBytes::object).get(name);
        return said != null && said.isJsonPrimitive() ? Optional.of(said.getAsString()) : Optional.empty();
    }

    /** Returns what the server says of a database; one that does not exist is a terminal error. */
    public DatabaseFacts database(String database) throws PassingException {
        String what = "database \"%s\"".formatted(database);
        JsonObject facts = http.get(what, http.url(database), JsonBytes::object);
        try {
            JsonElement start = facts.get("instance_start_time");
            JsonElement deleted = facts.get("doc_del_count");
            JsonElement sequence = facts.get("update_seq");
            JsonElement purges = facts.get("purge_seq");
            return new DatabaseFacts(
                    start == null || start.isJsonNull() || isNumber(sequence) ? "0" : start.getAsString(),
                    facts.get("doc_count").getAsLong(),
                    deleted == null || deleted.isJsonNull() ? 0 : deleted.getAsLong(),
                    sequence == null || sequence.isJsonNull() ? null : sequence,
                    purges == null || purges.isJsonNull() ? null : purges,
                    ofCluster(facts.get("cluster"), "n"),
                    ofCluster(facts.get("cluster"), "q"));
        } catch (NullPointerException
                | IllegalStateException
                | UnsupportedOperationException
                | NumberFormatException e) {
            throw http.broken(what, new IOException("no database information: " + facts.keySet(), e));
        }
    }

    /**
     * Returns the ids of the last purges of a database, which are no changes to its feed, each as often as it is told.
     *
     * @throws SourceException with a {@link StatusException} if the server does not tell, or not this user
     */
    public List<String> purged(String database) throws PassingException {
        String what = "what was purged of \"%s\"".formatted(database);
        JsonObject answer = http.get(what, http.url(database, "_purged_infos"), JsonBytes::object);
        try {
            List<String> ids = new ArrayList<>();
            answer.getAsJsonArray("purged_infos")
                    .forEach(purge -> ids.add(purge.getAsJsonObject().get("id").getAsString()));
            return ids;
        } catch (NullPointerException | ClassCastException | IllegalStateException | UnsupportedOperationException e) {
            throw http.broken(what, new IOException("no list of purges: " + answer.keySet(), e));
        }
    }

    /**
     * Returns how many purges each shard of a database tells of, at least.
     *
     * @throws SourceException with a {@link StatusException} if the server does not tell, or not this user
     */
    public long mostPurged(String database) throws PassingException {
        String what = "how many purges \"%s\" tells of".formatted(database);
        return http.get(what, http.url(database, "_purged_infos_limit"), JsonBytes::number);
    }

    /**
     * Returns the ids of those documents that never had a revision, as far as the server knows: it is in none of the
     * branches that edits, deletions and replication made.
     *
     * @param revisions one for each document, by its id
     * @throws SourceException with a {@link StatusException} if the server does not tell, or not this user
     */
    public Set<String> lacking(String database, Map<String, String> revisions) throws PassingException {
        StringJoiner asked = new StringJoiner(",", "{", "}");
        revisions.forEach((id, rev) -> asked.add("%s:[%s]".formatted(JsonText.quoted(id), JsonText.quoted(rev))));
        String what = "revisions of documents of \"%s\" (%s)".formatted(database, revisions.size());
        return http.post(what, http.url(database, "_revs_diff"), asked.toString(), JsonBytes::object)
                .keySet();
    }

    /** Servers with such sequences tell for a creation time when they opened the database, or began themselves. */
    private static boolean isNumber(@Nullable JsonElement sequence) {
        return sequence instanceof JsonPrimitive primitive && primitive.isNumber();
    }

    /** Reads a page of {@code _all_docs}; it may have fewer rows than the limit although there are more. */
    public PageEnd page(KeyPage page, Meter meter, RowConsumer consumer) throws PassingException {
        HttpUrl.Builder target = http.allDocs(page.database(), page.wanted());
        Map<String, String> keys = new LinkedHashMap<>();
        if (page.buffered()) {
            target.addQueryParameter("buffer_response", "true");
        }
        if (page.from() != null) {
            keys.put("startkey", page.from());
        }
        if (page.before() != null) {
            keys.put("endkey", page.before());
            target.addQueryParameter("inclusive_end", "false");
        }
        String what = "documents of \"%s\"".formatted(page.database());
        return ranges.range(what, target.build(), page.limit(), keys, PageParser.of(page.wanted(), meter, consumer));
    }

    /** Returns how many documents the server sends at once, as far as it has said so. */
    public int mostRows() {
        return ranges.mostRows();
    }

    /** Returns the last id below a key, or the last of all; empty if there is none. */
    public Optional<String> lastId(String database, @Nullable String below) throws PassingException {
        // A descending page begins at its key, so that the key itself may come first.
        List<String> ids = lastIds(database, below, 0);
        if (ids.size() == 1 && ids.get(0).equals(below)) {
            // The server, or a proxy, may send one row at once.
            ids = lastIds(database, below, 1);
        }
        return ids.stream().filter(id -> !id.equals(below)).findFirst();
    }

    private List<String> lastIds(String database, @Nullable String from, int skip) throws PassingException {
        HttpUrl.Builder target = http.allDocs(database, Wanted.IDS).addQueryParameter("descending", "true");
        if (skip > 0) {
            target.addQueryParameter("skip", "" + skip);
        }
        Map<String, String> keys = from == null ? Map.of() : Map.of("startkey", from);
        List<String> ids = new ArrayList<>();
        String what = "ids of \"%s\"".formatted(database);
        ranges.range(what, target.build(), 2, keys, PageParser.of(Wanted.IDS, Meter.NONE, row -> ids.add(row.id())));
        return ids;
    }

    private static OptionalLong ofCluster(@Nullable JsonElement cluster, String name) {
        JsonElement number = cluster != null && cluster.isJsonObject()
                ? cluster.getAsJsonObject().get(name)
                : null;
        return number == null || number.isJsonNull() ? OptionalLong.empty() : OptionalLong.of(number.getAsLong());
    }

    /**
     * Reads documents by id, each id once, in any order. Where they are too many for one request or one answer, they are
     * asked for in parts.
     *
     * @param wanted what to keep of each document
     */
    public void documents(String database, List<String> ids, Wanted wanted, Meter meter, RowConsumer consumer)
            throws PassingException {
        byId.documents(database, ids, wanted, meter, consumer);
    }

    /** Returns whether a server can be asked for fields of these names alone. */
    public static boolean canExpress(Collection<String> fields) {
        return FieldRequests.canExpress(fields);
    }

    /**
     * Returns what kind of index the server would read to send fields alone, in its own words; empty if it does not say. Any but
     * {@code special} leaves out what it does not index.
     *
     * @throws SourceException with a {@link StatusException} if the server, or a proxy, does not take the question
     */
    public String indexOfFields(String database, Wanted wanted) throws PassingException {
        return fields.index(database, wanted);
    }

    /**
     * Reads the wanted fields alone of so many documents from an id on. What does not come may be there all the same.
     *
     * @throws SourceException with a {@link StatusException} if the server, or a proxy, does not take the question
     */
    public PageEnd fields(String database, String from, int limit, Wanted wanted, Meter meter, RowConsumer consumer)
            throws PassingException {
        return fields.from(database, from, limit, wanted, meter, consumer);
    }

    /**
     * Reads a page of {@code _changes}. One that has fewer rows than the limit need not be the last: see
     * {@link PageEnd#mayGoOn}.
     *
     * @param since the raw token of the position to begin after; null for now
     * @param wanted what to keep of each document
     */
    public PageEnd changes(
            String database, @Nullable JsonElement since, int limit, Wanted wanted, Meter meter, RowConsumer consumer)
            throws PassingException {
        String what = ofChanges(database);
        HttpUrl.Builder target = changes(database, since, limit, wanted);
        return page(what, http.get(what, target, PageParser.of(wanted, meter, consumer)));
    }

    /** Reads the same, but the wanted fields alone of each document. */
    public PageEnd changedFields(
            String database, @Nullable JsonElement since, int limit, Wanted wanted, Meter meter, RowConsumer consumer)
            throws PassingException {
        String what = ofChanges(database);
        return page(what, fields.changes(what, changes(database, since, limit, wanted), wanted, meter, consumer));
    }

    private static String ofChanges(String database) {
        return "changes of \"%s\"".formatted(database);
    }

    private HttpUrl.Builder changes(String database, @Nullable JsonElement since, int limit, Wanted wanted) {
        HttpUrl.Builder target = http.url(database, "_changes")
                .addQueryParameter("since", since == null ? "now" : Sequence.parameter(since))
                .addQueryParameter("limit", String.valueOf(limit))
                .addQueryParameter("seq_interval", String.valueOf(limit));
        return wanted.bodies() ? target.addQueryParameter("include_docs", "true") : target;
    }

    private PageEnd page(String what, PageEnd end) throws BrokenAnswerException {
        if (end.lastSequence() == null || !StageOffset.isSequence(end.lastSequence())) {
            throw http.broken(what, new IOException("a page without a last_seq that begins with a number"));
        }
        if (end.rows() == 0 && end.pending().orElse(0) > 0) {
            throw http.broken(
                    what,
                    new IOException("an empty page with %s changes pending"
                            .formatted(end.pending().getAsLong())));
        }
        return end;
    }

    /** Ends all requests, those to come as well; their threads see a passing error. */
    public void cancel() {
        http.cancel();
    }

    @Override
    public void close() {
        http.close();
    }
}
