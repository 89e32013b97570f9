// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

/**
 * What becomes of a run where a function of a stage is broken: where it throws anything but a {@link RejectException}, or
 * returns what it must not, such as null.
 */
public enum ErrorRule {
    /**
     * The run ends with an {@link IllegalStateException} that names function, stage and item, and has the classes and stack
     * traces of what was thrown for its causes, without messages, which may quote the item. Every run ends there, until the
     * function is mended.
     */
    END,
    /**
     * The item is rejected with code {@code transform-failed} and a reason that names the function, the class of what was
     * thrown and where, and all others go on. A limit such as {@link Migrator.Builder#maxRejects} keeps a function that is
     * broken for every item from rejecting them all.
     */
    REJECT
}
