// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.CouchServer;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Silence;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Requests;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ChangesSinceTest {
    private static final int PAGE = 1_000;
    private static final int COUNT = 3 * PAGE;

    private final StopSignal stop = new StopSignal();
    private final CouchDouble couch = CouchDouble.start();
    private final CouchClient client =
            new CouchClient(CouchServer.builder(couch.url()).build());
    private final CouchDatabase orders = couch.create("orders");

    @AfterEach
    void close() {
        client.close();
        couch.close();
    }

    @Test
    void readsTheFeedOnceForAllQuestions() {
        load(0, COUNT);
        ChangesSince changes = changes(COUNT);

        assertThat(changes.of(ids(COUNT - 1, COUNT + 1), stop)).isEqualTo(ids(COUNT - 1, COUNT));
        assertThat(changes.isChanged("o2000", "o2010", 10, stop)).isTrue();
        assertThat(changes.isChanged("o2000", "o2010", 11, stop)).isFalse();
        load(COUNT, COUNT + 1);
        assertThat(changes.of(ids(COUNT - 1, COUNT + 1), stop)).isEqualTo(ids(COUNT - 1, COUNT + 1));

        assertThat(positions()).hasSizeLessThan(8).filteredOn("0"::equals).hasSize(1);
    }

    @Test
    void asksNothingWhereItKnows() {
        load(0, COUNT);
        ChangesSince changes = changes(COUNT);
        changes.of(ids(0, COUNT + 1), stop);
        couch.forgetRequests();

        assertThat(changes.of(ids(5, 50), stop)).isEqualTo(ids(5, 50));
        assertThat(changes.isChanged("o0007", "o0008", 1, stop)).isTrue();
        assertThat(changes.isChanged("o0008", "o0007", 0, stop)).isTrue();

        assertThat(positions()).isEmpty();
    }

    /** A page of them here; the rest is left to the server to remember. */
    @Test
    void readsAnewOnlyWhatItHasNoRoomFor() {
        load(0, COUNT);
        ChangesSince changes = changes(PAGE);

        for (int i = 0; i < 3; i++) {
            assertThat(changes.of(ids(COUNT - 1, COUNT + 1), stop)).isEqualTo(ids(COUNT - 1, COUNT));
            assertThat(changes.isChanged("o2500", "o2600", 100, stop)).isTrue();
            assertThat(changes.isChanged("o2500", "o2600", 101, stop)).isFalse();
        }

        assertThat(positions()).filteredOn("0"::equals).hasSize(1);
        assertThat(new HashSet<>(positions())).hasSizeLessThan(6);
    }

    @Test
    void sharesItsRoomWithOtherFeeds() {
        load(0, COUNT);
        IdRoom room = new IdRoom(COUNT * IdRoom.bytes("o0000"));
        changes(room).of(ids(0, COUNT + 1), stop);
        ChangesSince other = changes(room);
        other.of(ids(0, COUNT + 1), stop);
        couch.forgetRequests();

        assertThat(other.of(ids(5, 50), stop)).isEqualTo(ids(5, 50));

        assertThat(positions()).as("nothing is kept").first().isEqualTo("0");
    }

    @Test
    void takesMoreRoomForLongerIds() {
        String longest = "o".repeat(9_000);

        assertThat(IdRoom.bytes(longest)).isGreaterThan(9_000);
    }

    private List<String> positions() {
        return couch.requests(Requests.changes()).stream()
                .map(request -> request.parameter("since").orElseThrow())
                .toList();
    }

    private void load(int from, int to) {
        orders.load(IntStream.range(from, to).mapToObj(ChangesSinceTest::order));
    }

    private static Set<String> ids(int from, int to) {
        Set<String> ids = new HashSet<>();
        IntStream.range(from, to).forEach(i -> ids.add("o%04d".formatted(i)));
        return ids;
    }

    private ChangesSince changes(int most) {
        return changes(new IdRoom(most * IdRoom.bytes("o0000")));
    }

    private ChangesSince changes(IdRoom room) {
        Patience patience = new Patience("CouchDB", Duration.ZERO, stop, new Silence(), Clock.systemUTC());
        return new ChangesSince(new ChangedIds("orders", client, patience), new JsonPrimitive("0"), room);
    }

    private static JsonObject order(int number) {
        JsonObject order = new JsonObject();
        order.addProperty("_id", "o%04d".formatted(number));
        return order;
    }
}
