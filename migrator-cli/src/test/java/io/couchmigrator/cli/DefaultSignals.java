// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts programs that heed stop signals, whatever the tests were started by: what {@code nohup} or a shell's {@code &}
 * ignores, every child would ignore too.
 */
final class DefaultSignals {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final long HUP_INT_AND_TERM = 1L | 1L << 1 | 1L << 14;

    private DefaultSignals() {}

    /** Returns the command, behind GNU {@code env} if that is needed. */
    static List<String> of(List<String> command) throws IOException {
        if (!areIgnored()) {
            return command;
        }
        List<String> restored = new ArrayList<>(List.of("env", "--default-signal=HUP,INT,TERM"));
        restored.addAll(command);
        return restored;
    }

    private static boolean areIgnored() throws IOException {
        if (!Files.exists(STATUS)) {
            return false;
        }
        String ignored = Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElse("SigIgn: 0");
        String mask = ignored.substring("SigIgn:".length()).strip();
        return (Long.parseUnsignedLong(mask, 16) & HUP_INT_AND_TERM) != 0;
    }
}
