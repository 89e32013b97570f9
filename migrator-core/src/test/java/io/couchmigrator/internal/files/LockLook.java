// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import java.io.IOException;
import java.io.RandomAccessFile;

/** Another process in the middle of its look at a lock, until its input ends. */
final class LockLook {
    static final int LOOKS = '.';

    private LockLook() {}

    public static void main(String[] arguments) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(arguments[0], "rw")) {
            if (RunLock.isShown(file)) {
                throw new IllegalStateException("a run holds the lock already");
            }
            System.out.write(LOOKS);
            System.out.flush();
            System.in.read();
        }
    }
}
