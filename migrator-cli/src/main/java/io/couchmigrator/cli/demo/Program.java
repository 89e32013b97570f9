// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The migrator as an operator has it, in a directory of its own.
 *
 * @param launcher {@code bin/migrator}
 * @param directory where it is started
 * @param environment what tells it its servers
 */
record Program(Path launcher, Path directory, Map<String, String> environment) {
    static final String LOG_DIRECTORY = "blobmeta-migration-logs";

    /** The runbook's command, without the program's name. */
    static final List<String> RUNBOOK =
            List.of("run_blob_migration", "migrate_metadata", "--log-dir=" + LOG_DIRECTORY, "--chunk-size=1000");

    Program {
        environment = Map.copyOf(environment);
    }

    /** Starts a command. Nothing of the user's own servers reaches it. */
    RunningProgram start(List<String> words, Consumer<String> lines) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(words);
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        Map<String, String> variables = builder.environment();
        variables.keySet().removeIf(name -> name.startsWith("COUCHDB_") || name.startsWith("PG"));
        variables.put("JAVA_HOME", System.getProperty("java.home"));
        variables.putAll(environment);
        return new RunningProgram(builder.start(), lines);
    }

    /** Returns where it keeps its offsets. */
    Path offsetFile() {
        return directory.resolve(LOG_DIRECTORY).resolve("migrate_metadata.offsets.json");
    }
}
