// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

/** The exit statuses that are no outcome of a run; the others are told by {@link io.couchmigrator.Outcome}. */
public final class ExitStatus {
    public static final int DONE = 0;
    public static final int UNEXPECTED = 1;
    public static final int USAGE = 2;

    private ExitStatus() {}
}
