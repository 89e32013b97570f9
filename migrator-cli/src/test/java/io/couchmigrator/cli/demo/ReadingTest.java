// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Endpoint;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReadingTest {
    /** The types take turns, so each of the other databases has a share of its own. */
    private final SampleDocuments sample = SampleDocuments.of("commcarehq", 1, 300, 0);

    private final List<String> ids = sample.documents()
            .filter(document -> document.database().equals("commcarehq"))
            .map(document -> document.document().get("_id").getAsString())
            .sorted()
            .toList();

    @Test
    void countsNothingTwiceWhereAPageBeginsAtTheEndOfTheOneBefore() {
        Reading reading = Reading.of(sample, List.of(page(0, 1), page(1, 99)), List.of(page(100, 100)));

        assertThat(reading).isEqualTo(new Reading(2, 1, 100, 0));
    }

    @Test
    void countsTheDocumentsThatAreAskedForBeforeAndAfter() {
        Reading reading = Reading.of(sample, List.of(page(0, 100)), List.of(page(70, 100), page(90, 10)));

        assertThat(reading).isEqualTo(new Reading(1, 2, 100, 30));
    }

    @Test
    void countsNothingBeyondTheEndOfARange() {
        Reading reading = Reading.of(sample, List.of(page(0, 100, 50)), List.of(page(40, 100, 90)));

        assertThat(reading).isEqualTo(new Reading(1, 1, 50, 10));
    }

    private CouchRequest page(int rank, int limit) {
        return page(rank, limit, ids.size() - 1);
    }

    private CouchRequest page(int rank, int limit, int end) {
        Map<String, String> query = Map.of(
                "startkey",
                "\"" + ids.get(rank) + "\"",
                "endkey",
                "\"" + ids.get(end) + "\"",
                "limit",
                String.valueOf(limit),
                "include_docs",
                "true");
        return new CouchRequest(
                "GET", "/commcarehq/_all_docs", "commcarehq", Endpoint.ALL_DOCS, List.of(), query, List.of());
    }
}
