// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import io.couchmigrator.MigrationException;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.retry.PassingException;

/**
 * The server was there, but its answer broke: it was cut, stalled, no JSON, or a 500. If that happens again at the same
 * place, a document there may be the cause.
 */
public final class BrokenAnswerException extends PassingException {
    private static final long serialVersionUID = 1L;

    private final boolean narrows;

    BrokenAnswerException(SourceException whenGivenUp, String seen) {
        this(whenGivenUp, seen, false);
    }

    private BrokenAnswerException(MigrationException whenGivenUp, String seen, boolean narrows) {
        super(whenGivenUp, seen, null);
        this.narrows = narrows;
    }

    /** Returns the same, for a caller that will ask for less the next time. */
    public BrokenAnswerException narrowing() {
        return new BrokenAnswerException(whenGivenUp(), seen(), true);
    }

    @Override
    public boolean narrows() {
        return narrows;
    }
}
