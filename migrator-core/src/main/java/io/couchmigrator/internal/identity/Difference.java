// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.identity;

import io.couchmigrator.OffsetsRefusedException;
import java.nio.file.Path;

/** Something in which what is there differs from what was saved. Whoever compared refuses or accepts it. */
public sealed interface Difference {
    /**
     * What an offset file was written for is not what is there.
     *
     * @param kind what kind of thing it is, which says what can be done
     * @param what what was looked at
     * @param seen what it is
     * @param expected what the offset file says
     */
    record OfFile(Kind kind, String what, String seen, String expected) implements Difference {
        /** Returns what to refuse the offset file with. */
        public OffsetsRefusedException refusal(Path file) {
            return new OffsetsRefusedException("offset file \"%s\" %s %s: seen %s, expected %s as the file says: %s"
                    .formatted(file, kind.belongs, what, seen, expected, kind.advice));
        }
    }

    /**
     * A server of the target went to another timeline, on which rows that were committed before may be missing.
     *
     * @param server what it is called
     */
    record OfTimeline(String server, long seen, long expected) implements Difference {}

    /** What is compared with an offset file, and what can be done where it differs. */
    enum Kind {
        /** The migration, one of its stages, or where its rows or its source rows are. */
        PLACE(
                Kind.BELONGS,
                Kind.OTHERWISE.formatted(
                        "all is read again; rows stay, but those of no document in a table that a stage owns")),
        /** The meaning of stages. */
        DEFINITION(
                Kind.OTHER_ROWS,
                "run the version of this program that wrote it, name another log directory, or start over by run() with startOver(true) (rows stay, all is read again)"),
        /** The meaning of stages that own their tables: read again, these hold what it asks for and nothing else. */
        OWNING(
                Kind.OTHER_ROWS,
                "what decides about its rows, such as replaceNul(), is another than in the run that wrote the file: do as that did, run the version of this program that wrote it, or read all again by run() with reread(true) (what differs is written, rows that no document asks for are deleted)"),
        /** The CouchDB database of a stage, or its state. */
        SOURCE(
                Kind.BELONGS,
                "connect to what it was written for, name another log directory, let the migration go on with this source by run() with acceptNewSource(true) (positions are kept, all its changes are read from the beginning; stages that own their tables read all again), or start it over with startOver(true) (all is read again; rows stay, but those of no document in a table that a stage owns)"),
        /** Which database holds which shards: under another map rows that are written are not found where they now belong. */
        MAP(
                Kind.BELONGS,
                Kind.OTHERWISE.formatted(
                        "all is read again and written by the new map; rows that are there stay where they are, but those in a table that a stage owns, and verify() tells which belong elsewhere")),
        /** The map of shards, which is not given now. */
        NO_MAP(Kind.BELONGS, "give the map of shards, as the run did that wrote the file"),
        /** The database of a stage's table, which is not named now. */
        NO_TABLE_SOURCE(Kind.BELONGS, "name the database of this stage's table, as the run did that wrote the file");

        private static final String BELONGS = "belongs to something else:";
        private static final String OTHER_ROWS = "was written by a run that made other rows than this one would, in";
        private static final String OTHERWISE =
                "connect to what it was written for, name another log directory, or start over by run() with startOver(true) (%s)";

        private final String belongs;
        private final String advice;

        Kind(String belongs, String advice) {
            this.belongs = belongs;
            this.advice = advice;
        }
    }
}
