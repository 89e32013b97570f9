// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.CouchServer.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * One run of the program, from its start to the moment it is killed, unless it ends before.
 *
 * @param runners which operators start it, each with a log directory of its own
 * @param workers how many workers it has
 * @param chunkSize the most documents in a batch
 * @param reading how it reads documents; empty where it has no choice
 * @param faults what goes wrong with answers
 * @param events what else happens
 * @param kill when it is killed
 */
record Life(
        List<Integer> runners,
        int workers,
        int chunkSize,
        Optional<Reading> reading,
        List<FaultKind> faults,
        List<Event> events,
        Moment kill) {
    /** Has one operator, the first. */
    static final List<Integer> ALONE = List.of(0);

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
            MEND,
            PURGE,
            RECREATE
        }
    }

    static Life drawn(boolean documents, boolean hiding, Random random) {
        List<FaultKind> faults = new ArrayList<>();
        int faultCount = 3 + random.nextInt(MOST_FAULTS - 2);
        for (int i = 0; i < faultCount; i++) {
            faults.add(FaultKind.drawn(hiding, random));
        }
        List<Event> events = new ArrayList<>();
        int eventCount = random.nextInt(MOST_EVENTS);
        for (int i = 0; i < eventCount; i++) {
            Event.Kind kind = documents ? kindWhereRowsGo(random) : kind(random);
            if (!hiding || kind.compareTo(Event.Kind.ADD) < 0) {
                events.add(new Event(kind, Moment.drawn(random)));
            }
        }
        int workers = 1 + random.nextInt(6);
        int chunkSize = 5 + random.nextInt(200);
        Moment kill = Moment.drawn(random);
        List<Integer> runners = documents ? runners(random) : ALONE;
        Optional<Reading> reading = documents ? Optional.empty() : Optional.of(reading(random));
        return new Life(runners, workers, chunkSize, reading, faults, List.copyOf(events), kill);
    }

    private static Reading reading(Random random) {
        return List.of(Reading.values()).get(random.nextInt(Reading.values().length));
    }

    private static List<Integer> runners(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> List.of(0, 1);
            case 1 -> List.of(1);
            default -> ALONE;
        };
    }

    private static Event.Kind kindWhereRowsGo(Random random) {
        Event.Kind kind = kind(random);
        if (kind == Event.Kind.ADD && random.nextBoolean()) {
            return Event.Kind.RECREATE;
        }
        return kind == Event.Kind.DELETE && random.nextBoolean() ? Event.Kind.PURGE : kind;
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
