// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import io.couchmigrator.BusyException;
import java.nio.file.Path;

/** Another process that says whether a lock is free, or why it is not. */
final class LockProbe {
    private LockProbe() {}

    public static void main(String[] arguments) {
        try {
            RunLock.probe(Path.of(arguments[0]));
            System.out.println("free");
        } catch (BusyException e) {
            System.out.println(e.getMessage());
        }
    }
}
