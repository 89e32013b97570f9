// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import java.io.IOException;

/** A story that cannot be told on, through no fault of the program: it neither holds nor breaks anything. */
final class AbandonedException extends IOException {
    private static final long serialVersionUID = 1L;

    AbandonedException(String message, Exception cause) {
        super(message, cause);
    }
}
