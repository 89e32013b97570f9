// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

/** A promise that was broken. */
final class Violation extends Exception {
    private static final long serialVersionUID = 1L;

    Violation(String message) {
        super(message);
    }
}
