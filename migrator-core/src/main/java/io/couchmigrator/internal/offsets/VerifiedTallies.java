// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;

/** Sums up what a verification counted. */
final class VerifiedTallies {
    private VerifiedTallies() {}

    /** What is not as it should be behind the ranges is not yet migrated, but for what is misplaced or extra. */
    static Tallies of(Tallies ranges, Tallies behind) {
        Verified verified = behind.verified();
        long notYet = verified.missing() + verified.different() + verified.notYetMigrated();
        Verified found = new Verified(0, 0, 0, notYet, verified.misplaced(), 0, verified.extra());
        Rows rows = new Rows(0, 0, 0, behind.rows().misplaced(), behind.rows().extra());
        // What is wrong may have been asked for by id: then it was not read of a range, though it is counted there.
        long byId = items(ranges) - ranges.read();
        return ranges.plus(new Tallies(byId + items(found), 0, 0, 0, 0, 0, 0, found, rows));
    }

    private static long items(Tallies all) {
        return all.processed() + all.filtered() + all.rejected() + items(all.verified());
    }

    private static long items(Verified all) {
        return all.missing() + all.different() + all.notYetMigrated() + all.misplaced() + all.extra();
    }
}
