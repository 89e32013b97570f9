// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Says in words why a file could not be used; the JDK's messages are often no more than the file's name. */
public final class IoReason {
    private IoReason() {}

    /** Returns whether a stream could not be written because nobody reads it any more. The launcher sees to it that the system says so in English. */
    public static boolean isReaderGone(IOException e) {
        return "Broken pipe".equals(e.getMessage());
    }

    /** Returns the reason. */
    public static String of(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileSystemException failed && failed.getReason() != null) {
            return failed.getReason();
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
