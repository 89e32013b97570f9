// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * One run of the program, from its start to the moment it is killed, unless it ends before.
 *
 * @param workers how many workers it has
 * @param chunkSize the most documents in a batch
 * @param faults what goes wrong with answers
 * @param events what else happens
 * @param kill when it is killed
 */
record Life(int workers, int chunkSize, List<FaultKind> faults, List<Event> events, Moment kill) {
    private static final int MOST_FAULTS = 10;
    private static final int MOST_EVENTS = 14;

    /**
     * Something that happens to servers or documents.
     *
     * @param kind what
     * @param moment when
     */
    record Event(Kind kind, Moment moment) {
        /** What may happen. */
        enum Kind {
            TERMINATE,
            RESTART_COUCHDB,
            RESTART_POSTGRES,
            ADD,
            EDIT,
            DELETE,
            SPOIL,
            MEND
        }
    }

    static Life drawn(boolean hiding, Random random) {
        List<FaultKind> faults = new ArrayList<>();
        int faultCount = 3 + random.nextInt(MOST_FAULTS - 2);
        for (int i = 0; i < faultCount; i++) {
            faults.add(FaultKind.drawn(hiding, random));
        }
        List<Event> events = new ArrayList<>();
        int eventCount = random.nextInt(MOST_EVENTS);
        for (int i = 0; i < eventCount; i++) {
            Event.Kind kind = kind(random);
            if (!hiding || kind.compareTo(Event.Kind.ADD) < 0) {
                events.add(new Event(kind, Moment.drawn(random)));
            }
        }
        return new Life(
                1 + random.nextInt(6), 5 + random.nextInt(200), faults, List.copyOf(events), Moment.drawn(random));
    }

    private static Event.Kind kind(Random random) {
        int drawn = random.nextInt(100);
        if (drawn < 20) {
            return Event.Kind.TERMINATE;
        }
        if (drawn < 25) {
            return Event.Kind.RESTART_COUCHDB;
        }
        if (drawn < 28) {
            return Event.Kind.RESTART_POSTGRES;
        }
        if (drawn < 45) {
            return Event.Kind.ADD;
        }
        if (drawn < 70) {
            return Event.Kind.EDIT;
        }
        if (drawn < 85) {
            return Event.Kind.DELETE;
        }
        return drawn < 95 ? Event.Kind.SPOIL : Event.Kind.MEND;
    }
}
