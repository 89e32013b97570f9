// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.testkit.commcare.SampleDocument;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/** Somebody who has access to the tables that a program owns, and no business there. */
final class Meddler {
    private static final Tampering[] KINDS = Tampering.values();
    private static final int MOST_AT_ONCE = 5;
    private static final int MOST_ROWS = 10_000;

    private final Installation installation;
    private final Ledger ledger;
    private final Tally tally;

    Meddler(Installation installation, Ledger ledger, Tally tally) {
        this.installation = installation;
        this.ledger = ledger;
        this.tally = tally;
    }

    /** Does a few things to rows, and tells the ledger which there are now that were not. */
    void meddle(Random random) throws Violation, SQLException {
        Set<Row> before = new HashSet<>(installation.rows());
        int times = 1 + random.nextInt(MOST_AT_ONCE);
        for (int i = 0; i < times; i++) {
            Tampering kind = KINDS[random.nextInt(KINDS.length)];
            SampleDocument gone = ledger.anyGone();
            String id = gone.document().get("_id").getAsString();
            if (DocumentCopies.tables(installation.main()).contains(gone.database())) {
                installation.main().execute(kind.sql(gone.database(), random.nextInt(MOST_ROWS), id));
                tally.change("row: " + kind.name().toLowerCase(Locale.ROOT), 1);
            }
        }
        Set<Row> written = new HashSet<>(installation.rows());
        written.removeAll(before);
        ledger.note(written);
    }
}
