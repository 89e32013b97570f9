// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * One migration and all that happens to it, drawn from a seed. The seed decides what is tried; how far a run has come when
 * it happens is the machine's.
 *
 * @param seed what it is drawn from
 * @param documents how many there are at first
 * @param bytes the size of a document
 * @param bad how many of them are edited beforehand so that they cannot be stored
 * @param unreadable how many of them the server cannot read
 * @param hiding whether pages leave rows out; documents do not change in such a story
 * @param databases how many databases of shards there are; 0 where the target is not sharded
 * @param emptied whether the main database of such a target has an empty table of its own, not none
 * @param program what lives and dies in it: one of documents as they are in a third of the stories; in the others, where documents
 *     change and there are no shards, each of the other two as often as the other
 * @param ordeal what the program's tables go through
 * @param lives the runs that are killed
 */
record Story(
        long seed,
        int documents,
        int bytes,
        int bad,
        int unreadable,
        boolean hiding,
        int databases,
        boolean emptied,
        Program program,
        Ordeal ordeal,
        List<Life> lives) {
    static Story of(long seed) {
        Random random = random(seed);
        SplittableRandom ofDocuments = new SplittableRandom(~seed);
        boolean documents = ofDocuments.nextInt(3) == 0;
        boolean small = random.nextBoolean();
        int count = 300 + random.nextInt(small ? 4_700 : 1_700);
        int bytes = small ? 300 : 4_000;
        int bad = random.nextInt(8);
        int unreadable = random.nextInt(3);
        boolean hiding = random.nextInt(4) == 0;
        int lifeCount = 6 + random.nextInt(7);
        List<Life> lives = new ArrayList<>();
        for (int i = 0; i < lifeCount; i++) {
            lives.add(Life.drawn(documents, hiding, random));
        }
        int databases = random.nextInt(3) == 0 ? 2 << random.nextInt(2) : 0;
        boolean emptied = random.nextBoolean();
        boolean embedding = !hiding && databases == 0 && random.nextBoolean();
        if (documents) {
            Ordeal ordeal = Ordeal.drawn(ofDocuments);
            Program program = ofDocuments.nextInt(3) == 0 ? Program.LENIENT_DOCUMENTS : Program.DOCUMENTS;
            return new Story(seed, count, bytes, bad, unreadable, hiding, 0, false, program, ordeal, lives);
        }
        Program program = embedding ? Program.EMBEDDING : Program.MIGRATOR;
        return new Story(seed, count, bytes, bad, unreadable, hiding, databases, emptied, program, Ordeal.NONE, lives);
    }

    /** Returns how many documents an edit changes: where rows follow, enough to meet some that have theirs already. */
    int edits() {
        return program == Program.MIGRATOR ? 1 : documents / 20;
    }

    /** Returns numbers that have nothing in common with those of the next seed; the first ones of a plain {@link Random} do. */
    static Random random(long seed) {
        return new Random(new SplittableRandom(seed).nextLong());
    }

    @Override
    public String toString() {
        return "story %d: %s, %,d documents of %,d bytes, %s, %s, %d lives"
                .formatted(
                        seed,
                        program,
                        documents,
                        bytes,
                        hiding ? "rows left out of pages" : "documents change",
                        databases == 0 ? "one database" : databases + " databases of shards",
                        lives.size());
    }
}
