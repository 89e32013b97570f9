// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.MigrationException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What went wrong in a run, each thing once. Safe for use by multiple threads. */
final class Failures {
    private final List<MigrationException> known = new ArrayList<>();
    private @Nullable Throwable bug;

    /** Adds what was thrown; anything but a {@link MigrationException} is a bug, or tells of the JVM. */
    synchronized void add(Throwable thrown) {
        if (!(thrown instanceof MigrationException failure)) {
            bug = thrown;
        } else if (known.stream()
                .noneMatch(other -> String.valueOf(other.getMessage()).equals(failure.getMessage()))) {
            known.add(failure);
        }
    }

    /** Returns the failures, the one that decides the outcome first. */
    synchronized List<MigrationException> inOrder() {
        return known.stream()
                .sorted(Comparator.comparing(MigrationException::outcome))
                .toList();
    }

    /** Returns the bug that was met last, or the {@link Error}; null if none was. */
    synchronized @Nullable Throwable bug() {
        return bug;
    }
}
