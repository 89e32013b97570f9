// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.CouchRequest;
import io.couchmigrator.testkit.Endpoint;
import io.couchmigrator.testkit.SampleDocuments;
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
        Reading reading = Reading.of(sample, List.of(page(0, 1), page(1, 100), page(101, 100)));

        assertThat(reading).isEqualTo(new Reading(3, 0));
    }

    @Test
    void countsTheDocumentsOnBothOfTwoPages() {
        Reading reading = Reading.of(sample, List.of(page(0, 100), page(70, 100)));

        assertThat(reading).isEqualTo(new Reading(2, 30));
    }

    @Test
    void knowsThePagesOfAnUndisturbedRun() {
        int each = 2 + (ids.size() - 1) / 100;

        assertThat(Reading.undisturbed(sample, List.of(page(0, 1), page(1, 100))))
                .as("three databases of less than 100 documents need two pages each")
                .isEqualTo(each + 3 * 2);
    }

    private CouchRequest page(int rank, int limit) {
        Map<String, String> query =
                Map.of("startkey", "\"" + ids.get(rank) + "\"", "limit", String.valueOf(limit), "include_docs", "true");
        return new CouchRequest(
                "GET", "/commcarehq/_all_docs", "commcarehq", Endpoint.ALL_DOCS, List.of(), query, List.of());
    }
}
