// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

/** Unwinds a thread of a run that was asked to stop. Not an error. */
public final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoppedException() {
        super("the run was asked to stop", null, false, false);
    }
}
