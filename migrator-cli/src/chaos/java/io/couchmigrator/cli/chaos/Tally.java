// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import java.util.Map;
import java.util.TreeMap;

/** What was done to the migrations, counted by kind. */
final class Tally {
    private final Map<String, Integer> faults = new TreeMap<>();
    private final Map<String, Integer> changes = new TreeMap<>();
    private final Map<String, Integer> endings = new TreeMap<>();
    private int kills;
    private int stories;

    void fault(String kind, int count) {
        add(faults, kind, count);
    }

    void change(String kind, int count) {
        add(changes, kind, count);
    }

    /** Counts a run that ended by itself while faults were on. */
    void ending(int status) {
        add(endings, "status " + status, 1);
    }

    void kill() {
        kills++;
    }

    void story() {
        stories++;
    }

    int stories() {
        return stories;
    }

    int kills() {
        return kills;
    }

    int faults() {
        return faults.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Adds another tally. */
    void add(Tally other) {
        other.faults.forEach((kind, count) -> add(faults, kind, count));
        other.changes.forEach((kind, count) -> add(changes, kind, count));
        other.endings.forEach((kind, count) -> add(endings, kind, count));
        kills += other.kills;
        stories += other.stories;
    }

    /** Returns all counts, a line each. */
    String table() {
        StringBuilder text = new StringBuilder();
        text.append("%,6d stories%n%,6d kills%n".formatted(stories, kills));
        text.append("%,6d faults of %d kinds%n".formatted(faults(), faults.size()));
        lines(faults, text);
        text.append("%,6d changes of documents%n"
                .formatted(changes.values().stream().mapToInt(Integer::intValue).sum()));
        lines(changes, text);
        text.append("       runs that ended by themselves meanwhile%n".formatted());
        lines(endings, text);
        return text.toString();
    }

    private static void lines(Map<String, Integer> counts, StringBuilder text) {
        counts.forEach((kind, count) -> text.append("%,12d %s%n".formatted(count, kind)));
    }

    private static void add(Map<String, Integer> counts, String kind, int count) {
        if (count > 0) {
            counts.merge(kind, count, Integer::sum);
        }
    }
}
