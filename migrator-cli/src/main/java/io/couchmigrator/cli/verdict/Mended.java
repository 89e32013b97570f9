// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import io.couchmigrator.MigrationException;
import io.couchmigrator.cli.text.OperatorWords;
import java.util.List;
import java.util.Optional;

/**
 * How the command is given again that ended with errors: as it was, or with an option for one run that they name.
 *
 * @param options those that they name
 */
record Mended(List<String> options) {
    /** Reading all again puts nothing aside, and the same command without it meets the same error. */
    private static final String REREAD = "--reread";

    /** Returns that of errors by what they say, in the library's words. */
    static Mended of(List<String> messages) {
        return new Mended(OperatorWords.choices(messages));
    }

    static Mended ofFailures(List<? extends MigrationException> failures) {
        return of(failures.stream()
                .map(failure -> String.valueOf(failure.getMessage()))
                .toList());
    }

    /** Returns what is said behind "the same command again". */
    String with() {
        if (options.contains(REREAD)) {
            return ", with %s unless you do as the run did that wrote the file".formatted(REREAD);
        }
        return options.isEmpty() ? "" : ", with %s if you choose that".formatted(String.join(" or ", options));
    }

    /** Returns the run that lets a verification go on which met the errors; empty if they leave more than one way. */
    Optional<String> beforeVerifying(String run) {
        return Optional.of(command(run)).filter(command -> options.contains(REREAD));
    }

    /** Returns the command to give. */
    String command(String same) {
        return options.contains(REREAD) ? same + " " + REREAD : same;
    }
}
