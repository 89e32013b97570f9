// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a function of the embedding program threw, with its stack trace and those of its causes, but without messages: they
 * may quote the document.
 */
public final class FunctionFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** A chain of causes may be a circle. */
    private static final int MOST_CAUSES = 10;

    /** A frame in one of these says less than that of whoever called it. */
    private static final List<String> LIBRARIES = List.of("java.", "jdk.", "com.google.gson.");

    private FunctionFault(Throwable thrown, @Nullable FunctionFault cause) {
        super(thrown.getClass().getName() + " (its message is left out: it may quote the document)", cause);
        setStackTrace(thrown.getStackTrace());
    }

    public static FunctionFault of(Throwable thrown) {
        return of(thrown, MOST_CAUSES);
    }

    private static FunctionFault of(Throwable thrown, int causes) {
        Throwable cause = thrown.getCause();
        return new FunctionFault(thrown, cause == null || causes == 0 ? null : of(cause, causes - 1));
    }

    /** Returns the class of what was thrown, and where: in the function rather than in a library that it called. */
    public static String said(Throwable thrown) {
        StackTraceElement[] frames = thrown.getStackTrace();
        for (StackTraceElement frame : frames) {
            if (LIBRARIES.stream().noneMatch(frame.getClassName()::startsWith)) {
                return at(thrown, frame);
            }
        }
        return frames.length == 0 ? thrown.getClass().getName() : at(thrown, frames[0]);
    }

    private static String at(Throwable thrown, StackTraceElement frame) {
        return thrown.getClass().getName() + " at " + frame;
    }
}
