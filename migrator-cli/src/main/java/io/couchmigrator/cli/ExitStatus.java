// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

/** The exit statuses that are no outcome of a run; the others are told by {@link io.couchmigrator.Outcome}. */
final class ExitStatus {
    static final int DONE = 0;
    static final int UNEXPECTED = 1;
    static final int USAGE = 2;

    private ExitStatus() {}
}
