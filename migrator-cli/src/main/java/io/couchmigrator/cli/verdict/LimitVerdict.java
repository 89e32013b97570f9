// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import io.couchmigrator.LimitException;
import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.Result;

/** Says which of the operator's limits stopped a run, and what to do about it. */
public enum LimitVerdict {
    REJECTS("--max-rejects", "Mend the cause of the rejects or raise the limit first, then give the command again:"),
    DURATION("--max-duration", "To go on, run the same command again:");

    private final String option;
    private final String advice;

    LimitVerdict(String option, String advice) {
        this.option = option;
        this.advice = advice;
    }

    /** Returns that of a run which a limit stopped; where both did, that of the one which is to be mended. */
    static LimitVerdict of(Result result) {
        return isTimeUp(result) ? DURATION : REJECTS;
    }

    /** Returns whether the time was up and nothing else was in the way, so that there is no error to tell. */
    public static boolean isTimeUp(Result result) {
        return !result.failures().isEmpty()
                && result.failures().stream()
                        .allMatch(failure ->
                                failure instanceof LimitException reached && reached.limit() == Limit.DURATION);
    }

    String option() {
        return option;
    }

    String advice() {
        return advice;
    }
}
