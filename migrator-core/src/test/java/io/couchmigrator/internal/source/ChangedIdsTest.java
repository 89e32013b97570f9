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
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ChangedIdsTest {
    private static final int COUNT = 20;
    private static final int AS_GOOD_AS_FOR_EVER = 500;

    private final StopSignal stop = new StopSignal();

    /** Each page finds what was written since the page before. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void endsOnASourceThatIsNeverStill(boolean pending) {
        try (CouchDouble couch = CouchDouble.builder().pending(pending).start();
                CouchClient client =
                        new CouchClient(CouchServer.builder(couch.url()).build())) {
            CouchDatabase orders = couch.create("orders");
            IntStream.range(0, COUNT).forEach(i -> orders.put(order(i)));
            List<String> ids = new ArrayList<>();

            changes(client).read(new JsonPrimitive("0"), stop, page -> {
                ids.addAll(page.ids());
                orders.put(order(ids.size()));
                return ids.size() < AS_GOOD_AS_FOR_EVER;
            });

            assertThat(ids)
                    .startsWith(IntStream.range(0, COUNT).mapToObj(i -> "o" + i).toArray(String[]::new));
            assertThat(ids).hasSizeLessThan(3 * COUNT);
        }
    }

    private ChangedIds changes(CouchClient client) {
        Patience patience = new Patience("CouchDB", Duration.ZERO, stop, new Silence(), Clock.systemUTC());
        return new ChangedIds("orders", client, patience);
    }

    private static JsonObject order(int number) {
        JsonObject order = new JsonObject();
        order.addProperty("_id", "o" + number);
        return order;
    }
}
