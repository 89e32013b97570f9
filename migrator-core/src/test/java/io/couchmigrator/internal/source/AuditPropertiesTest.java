// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.CouchServer;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Listener;
import io.couchmigrator.Result.Audit;
import io.couchmigrator.SourceException;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.Wanted;
import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.ranges.HostileKeys;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.Silence;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What the audit promises, whatever the keys: read from a double over HTTP, by small pages. */
final class AuditPropertiesTest {
    private static final String SEED = "20181024";
    private static final int TRIES = 60;

    @Property(seed = SEED, tries = TRIES)
    void aStillSourceIsReadOnceAndWithoutADifference(
            @ForAll(supplier = HostileKeys.class) Set<String> keys,
            @ForAll @IntRange(min = 1, max = 8) int ranges,
            @ForAll @IntRange(min = 1, max = 9) int rows) {
        try (Source source = new Source(keys)) {
            List<String> read = source.read(ranges, rows, Collections.emptyIterator());

            assertThat(read).containsExactlyInAnyOrderElementsOf(keys);
            assertThat(source.audit().differences()).isZero();
        }
    }

    @Property(seed = SEED, tries = TRIES)
    void ranksAreToldAndAllIdsCounted(@ForAll(supplier = HostileKeys.class) Set<String> keys) {
        try (Source source = new Source(keys)) {
            DocumentRanks ranks = new DocumentRanks("keys", source.client, source.sources.patience);

            assertThat(ranks.areTold()).isTrue();
            assertThat(ranks.of(null)).isEqualTo(keys.size());
            assertThat(ranks.between("", null)).isEqualTo(keys.size());
        }
    }

    @Property(seed = SEED, tries = TRIES)
    void aRowThatWasHiddenOnceIsReadAllTheSame(
            @ForAll(supplier = HostileKeys.class) Set<String> keys,
            @ForAll @IntRange(min = 0, max = 149) int hidden,
            @ForAll @IntRange(min = 1, max = 30) int page,
            @ForAll @IntRange(min = 1, max = 8) int ranges,
            @ForAll @IntRange(min = 2, max = 9) int rows) {
        Assume.that(hidden < keys.size());
        try (Source source = new Source(keys)) {
            source.couch.script(Fault.omitRow(new ArrayList<>(keys).get(hidden))
                    .on(Requests.pages())
                    .nth(page));

            List<String> read = source.read(ranges, rows, Collections.emptyIterator());

            assertThat(new HashSet<>(read)).isEqualTo(keys);
        }
    }

    @Property(seed = SEED, tries = TRIES)
    void aRowThatIsAlwaysHiddenIsNoticed(
            @ForAll(supplier = HostileKeys.class) Set<String> keys,
            @ForAll @IntRange(min = 0, max = 149) int hidden,
            @ForAll @IntRange(min = 1, max = 8) int ranges,
            @ForAll @IntRange(min = 2, max = 9) int rows) {
        Assume.that(hidden < keys.size());
        try (Source source = new Source(keys)) {
            source.couch.script(Fault.omitRow(new ArrayList<>(keys).get(hidden)).on(Requests.pages()));

            assertThatThrownBy(() -> source.read(ranges, rows, Collections.emptyIterator()))
                    .isInstanceOf(SourceException.class)
                    .hasMessageContaining("tells of no change");
        }
    }

    @Property(seed = SEED, tries = TRIES)
    void whatComesAndGoesMeanwhileIsExplainedAndHidesNothing(
            @ForAll(supplier = HostileKeys.class) Set<String> keys,
            @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 0, max = 199) Integer> moves,
            @ForAll @IntRange(min = 1, max = 8) int ranges,
            @ForAll @IntRange(min = 1, max = 9) int rows) {
        List<String> all = new ArrayList<>(keys);
        List<String> toggled = moves.stream()
                .map(move -> move < all.size() ? all.get(move) : "new-" + move)
                .toList();
        try (Source source = new Source(keys)) {
            List<String> read = source.read(ranges, rows, toggled.iterator());

            Set<String> stayed = new HashSet<>(keys);
            stayed.removeAll(toggled);
            assertThat(read).containsAll(stayed).doesNotHaveDuplicates();
        }
    }

    /** A proxy may lower what is asked for, and so does whoever has no room for it: that a page is short says nothing of what is behind it. */
    @Property(seed = SEED, tries = TRIES)
    void whatComesAndGoesHidesNothingWherePagesAreShorterThanWasAskedFor(
            @ForAll(supplier = HostileKeys.class) Set<String> keys,
            @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 0, max = 149) Integer> gone,
            @ForAll @IntRange(min = 1, max = 8) int ranges,
            @ForAll @IntRange(min = 1, max = 5) int rows) {
        List<String> all = new ArrayList<>(keys);
        Set<String> toggled = gone.stream()
                .filter(number -> number < all.size())
                .map(all::get)
                .collect(Collectors.toCollection(LinkedHashSet::new));
        try (Source source = new Source(keys)) {
            source.couch.script(Fault.lowerLimit(rows).on(Requests.pages()));

            List<String> read = source.read(ranges, rows + 1, toggled.iterator());

            Set<String> stayed = new HashSet<>(keys);
            stayed.removeAll(toggled);
            assertThat(read).containsAll(stayed).doesNotHaveDuplicates();
        }
    }

    @Example
    void anEmptyAnswerEndsNoRangeInWhichIdsAreCounted() {
        Set<String> keys = IntStream.range(0, 20).mapToObj("k%02d"::formatted).collect(Collectors.toSet());
        try (Source source = new Source(keys)) {
            Predicate<CouchRequest> there = Requests.allDocs().and(Requests.startKey("k03\0"));
            source.couch.script(Fault.status(500).on(Requests.pages().and(Requests.startKey("k03\0"))));
            source.couch.script(Fault.status(200)
                    .body("{\"total_rows\":20,\"offset\":4,\"rows\":[]}")
                    .on(there.and(Requests.query("limit", "1"))
                            .and(Requests.pages().negate()))
                    .once());

            List<String> read = source.read(1, 4, Collections.emptyIterator());

            assertThat(read).containsExactlyInAnyOrderElementsOf(keys);
        }
    }

    /** On a source that many write to, differences are as many as pages. */
    @Example
    void readsTheFeedOnceHoweverManyDifferencesItExplains() {
        Set<String> keys = IntStream.range(0, 100).mapToObj("k%02d"::formatted).collect(Collectors.toSet());
        List<String> toggled = new ArrayList<>(new TreeSet<>(keys));
        try (Source source = new Source(keys)) {
            source.read(1, 5, toggled.iterator());

            List<String> positions = source.couch.requests(Requests.changes()).stream()
                    .map(request -> request.parameter("since").orElseThrow())
                    .filter(since -> !since.equals("now"))
                    .toList();
            assertThat(source.audit().differences()).isGreaterThan(5);
            assertThat(positions).hasSizeGreaterThan(5).doesNotHaveDuplicates();
        }
    }

    /** A database of such keys, and what a run needs to read it. */
    private static final class Source implements AutoCloseable {
        private final CouchDouble couch = CouchDouble.start();
        private final CouchDatabase database = couch.create("keys");
        private final CouchClient client =
                new CouchClient(CouchServer.builder(couch.url()).build());
        private final Set<String> keys;
        private final Sources sources;
        private final Feed<Document> feed;
        private Runnable beforeEach = () -> {};

        Source(Set<String> keys) {
            this.keys = keys;
            database.load(keys.stream().map(Source::document));
            StopSignal stop = new StopSignal();
            Patience patience = new Patience("CouchDB", Duration.ofMinutes(1), stop, new Silence(), Clock.systemUTC());
            sources = new Sources(
                    client, CouchServer.Reading.WHOLE, patience, 1, 0, 1, stop, new Reporter(new Listener() {}));
            DocumentStage<Document> stage = DocumentStage.<Document>builder("keys")
                    .condition(document -> {
                        beforeEach.run();
                        return true;
                    })
                    .transform((document, context) -> List.of(document))
                    .writer((connection, changes) -> changes.size())
                    .build();
            feed = new DocumentFeed(stage, Wanted.of(stage), sources, Optional.empty(), Path.of("keys.offsets.json"));
        }

        Audit audit() {
            return sources.audited();
        }

        /** Reads all ranges, page by page in turn; before each row is judged one of the toggled keys comes or goes. */
        List<String> read(int ranges, int rows, Iterator<String> toggled) {
            JsonElement since = now();
            beforeEach = () -> toggle(toggled);
            List<String> sorted = keys.stream().sorted(KeyOrder.BY_CODE_POINT).toList();
            List<RangeOffset.Cut> cuts = IntStream.range(1, ranges)
                    .map(range -> range * sorted.size() / ranges)
                    .filter(rank -> rank > 0)
                    .distinct()
                    .mapToObj(rank -> new RangeOffset.Cut(new DocumentId(sorted.get(rank)), rank))
                    .toList();
            List<Reading> readings = RangeOffset.of(null, null).cutAt(0, cuts).stream()
                    .map(range -> new Reading(range, feed.pager(range, since, () -> {}, null)))
                    .toList();
            while (readings.stream().filter(reading -> reading.page(rows)).count() > 0) {
                toggle(toggled);
            }
            return readings.stream().flatMap(reading -> reading.read.stream()).toList();
        }

        private void toggle(Iterator<String> toggled) {
            if (toggled.hasNext()) {
                String id = toggled.next();
                if (database.get(id).isPresent()) {
                    database.delete(id);
                } else {
                    database.put(document(id));
                }
            }
        }

        private JsonElement now() {
            try {
                return client.changes("keys", null, 1, Wanted.IDS, Meter.NONE, row -> {})
                        .lastSequence();
            } catch (PassingException e) {
                throw new AssertionError(e);
            }
        }

        private static JsonObject document(String id) {
            JsonObject document = new JsonObject();
            document.addProperty("_id", id);
            return document;
        }

        @Override
        public void close() {
            client.close();
            couch.close();
        }
    }

    /** One range, as a worker reads it: a page is counted when it is over. */
    private static final class Reading {
        private final Feed.Pager<Document> pager;
        private final List<String> read = new ArrayList<>();
        private RangeOffset now;
        private boolean more = true;

        Reading(RangeOffset range, Feed.Pager<Document> pager) {
            this.now = range;
            this.pager = pager;
        }

        boolean page(int rows) {
            if (!more) {
                return false;
            }
            try (Feed.Page<Document> page = pager.page(now, rows)) {
                now = page.at().orElseThrow();
                if (page.failure().isPresent()) {
                    throw page.failure().get();
                }
                more = page.more();
                List<SourceId> taken = page.items().stream().map(Item::id).toList();
                if (!taken.isEmpty()) {
                    now = now.advanced(taken.get(taken.size() - 1), new Tallies(taken.size(), 0, 0, 0, 0, 0));
                    taken.forEach(id -> read.add(id.text()));
                }
                return more;
            }
        }
    }
}
