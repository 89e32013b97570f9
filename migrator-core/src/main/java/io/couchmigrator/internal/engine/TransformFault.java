// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import org.jspecify.annotations.Nullable;

/**
 * What a transform threw, with its stack trace and those of its causes, but without messages: they may quote the
 * document.
 */
final class TransformFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A chain of causes may be a circle. */
    private static final int MOST_CAUSES = 10;

    private TransformFault(Throwable thrown, @Nullable TransformFault cause) {
        super(thrown.getClass().getName() + " (its message is left out: it may quote the document)", cause);
        setStackTrace(thrown.getStackTrace());
    }

    static TransformFault of(Throwable thrown) {
        return of(thrown, MOST_CAUSES);
    }

    private static TransformFault of(Throwable thrown, int causes) {
        Throwable cause = thrown.getCause();
        return new TransformFault(thrown, cause == null || causes == 0 ? null : of(cause, causes - 1));
    }
}
