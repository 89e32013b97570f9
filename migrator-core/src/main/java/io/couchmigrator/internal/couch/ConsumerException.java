// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

/** Carries what a {@link RowConsumer} threw past the parser, so that it is never taken for a fault of the answer. */
final class ConsumerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final RuntimeException thrown;

    ConsumerException(RuntimeException thrown) {
        super(thrown);
        this.thrown = thrown;
    }

    RuntimeException thrown() {
        return thrown;
    }
}
