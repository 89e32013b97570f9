// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A program that is run to its end in a directory, where its output is kept.
 *
 * @param command its words
 * @param environment its variables; nothing of the user's own servers and settings reaches it beside them
 */
record Program(List<String> command, Map<String, String> environment) {
    private static final Path ACCOUNT = Path.of("/proc/self/stat");
    private static final double TICKS_PER_SECOND = 100;

    Program {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** Runs it, and fails unless it ends with status 0. */
    Taken runIn(Path directory) throws IOException, InterruptedException {
        Path output = Files.createDirectories(directory).resolve("console.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.matches("(COUCHDB_|PG|MIGRATOR_|JAVA_|JDK_).*"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        double cpuBefore = cpuSecondsOfEndedChildren();
        long start = System.nanoTime();
        Process process = builder.start();
        int status = process.waitFor();
        double seconds = Taken.secondsSince(start);
        if (status != 0) {
            throw new IOException(
                    "%s ended with status %d, expected 0: see %s".formatted(String.join(" ", command), status, output));
        }
        return new Taken(seconds, cpuSecondsOfEndedChildren() - cpuBefore);
    }

    /** Linux adds up what children used once they have ended, to a hundredth of a second; elsewhere nobody tells. */
    private static double cpuSecondsOfEndedChildren() throws IOException {
        if (!Files.isReadable(ACCOUNT)) {
            return Double.NaN;
        }
        String account = Files.readString(ACCOUNT);
        // The second field is the program's name in parentheses, which may hold blanks.
        List<String> fields =
                List.of(account.substring(account.lastIndexOf(')') + 2).split(" "));
        return (Long.parseLong(fields.get(13)) + Long.parseLong(fields.get(14))) / TICKS_PER_SECOND;
    }
}
