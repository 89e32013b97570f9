// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import io.couchmigrator.testkit.commcare.SampleDocument;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchRequest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a killed run and the runs after it asked of a sample, told from the requests for pages.
 *
 * @param before the pages asked for before the kill
 * @param after the pages asked for after it
 * @param once the documents asked for before the kill
 * @param twice of these, those asked for again after it
 */
record Reading(int before, int after, long once, long twice) {
    /** Looks at requests for pages of the sample's databases, in any order. */
    static Reading of(SampleDocuments sample, List<CouchRequest> before, List<CouchRequest> after) {
        long once = 0;
        long twice = 0;
        for (Map.Entry<String, List<String>> database : ids(sample).entrySet()) {
            BitSet first = asked(database.getKey(), database.getValue(), before);
            BitSet second = asked(database.getKey(), database.getValue(), after);
            once += first.cardinality();
            second.and(first);
            twice += second.cardinality();
        }
        return new Reading(before.size(), after.size(), once, twice);
    }

    private static BitSet asked(String database, List<String> ids, List<CouchRequest> pages) {
        BitSet asked = new BitSet(ids.size());
        for (CouchRequest page : pages) {
            if (page.database().equals(database)) {
                int from = rank(ids, page.startKey().orElse(""));
                int end = page.endKey().map(key -> rank(ids, key)).orElse(ids.size());
                asked.set(from, Math.max(from, Math.min(end, from + limit(page))));
            }
        }
        return asked;
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
