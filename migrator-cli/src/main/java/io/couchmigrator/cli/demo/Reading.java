// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import io.couchmigrator.testkit.CouchRequest;
import io.couchmigrator.testkit.SampleDocument;
import io.couchmigrator.testkit.SampleDocuments;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was asked of a sample, told from the requests for pages.
 *
 * @param pages the pages asked for
 * @param twice the documents on them that were asked for before
 */
record Reading(int pages, long twice) {
    /** Looks at requests for pages of the sample's databases, in any order. */
    static Reading of(SampleDocuments sample, List<CouchRequest> pages) {
        Map<String, List<String>> ids = ids(sample);
        long asked = 0;
        long covered = 0;
        for (Map.Entry<String, List<String>> database : ids.entrySet()) {
            boolean[] once = new boolean[database.getValue().size()];
            for (CouchRequest page : pages) {
                if (page.database().equals(database.getKey())) {
                    int from = rank(database.getValue(), page.startKey().orElse(""));
                    int until = Math.min(once.length, from + limit(page));
                    asked += until - from;
                    for (int rank = from; rank < until; rank++) {
                        covered += once[rank] ? 0 : 1;
                        once[rank] = true;
                    }
                }
            }
        }
        return new Reading(pages.size(), asked - covered);
    }

    /**
     * Returns how many pages a run needs that nothing disturbs: in each database the first document alone, then pages
     * as large as the largest asked for, until one is not full.
     */
    static int undisturbed(SampleDocuments sample, List<CouchRequest> pages) {
        int most = pages.stream().mapToInt(Reading::limit).max().orElse(1);
        return ids(sample).values().stream()
                .mapToInt(ids -> 1 + (ids.size() - 1) / most + 1)
                .sum();
    }

    /** The ids by database, in CouchDB's order: those of samples hold no character in which Java's differs. */
    private static Map<String, List<String>> ids(SampleDocuments sample) {
        Map<String, List<String>> ids = new TreeMap<>();
        sample.documents().forEach(document -> ids.computeIfAbsent(document.database(), name -> new ArrayList<>())
                .add(id(document)));
        ids.values().forEach(Collections::sort);
        return ids;
    }

    private static String id(SampleDocument sample) {
        return sample.document().get("_id").getAsString();
    }

    private static int rank(List<String> ids, String startKey) {
        int found = Collections.binarySearch(ids, startKey);
        return found < 0 ? -found - 1 : found;
    }

    private static int limit(CouchRequest page) {
        return page.parameter("limit").map(Integer::parseInt).orElse(Integer.MAX_VALUE / 2);
    }
}
