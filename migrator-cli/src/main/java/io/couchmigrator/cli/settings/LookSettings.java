// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What is to be told of a log directory, for which no server is asked.
 *
 * @param logDirectory the log directory, which may not exist
 * @param output the form
 * @param watch whether to go on telling until the run has ended
 */
public record LookSettings(Path logDirectory, Output output, boolean watch) {
    /** Makes them of command line and configuration file; empty, with a fault added, if they are not fit. */
    public static Optional<LookSettings> read(Arguments arguments, Command command, Faults faults) {
        Optional<Path> directory = logDirectory(arguments, faults);
        Output output = output(arguments, command, faults);
        return faults.any()
                ? Optional.empty()
                : directory.map(found -> new LookSettings(found, output, arguments.has(Setting.WATCH)));
    }

    private static Optional<Path> logDirectory(Arguments arguments, Faults faults) {
        Optional<String> text = arguments
                .value(Setting.LOG_DIR)
                .or(() -> arguments.value(Setting.CONFIG).flatMap(file -> inFile(file, faults)));
        if (text.isEmpty() || text.get().isEmpty()) {
            faults.add("--log-dir is missing: name the directory that the run was given");
            return Optional.empty();
        }
        return path(text.get(), Setting.LOG_DIR, faults);
    }

    private static Optional<String> inFile(String file, Faults faults) {
        Map<Setting, List<String>> set = path(file, Setting.CONFIG, faults)
                .map(path -> new ConfigFile(path, faults).read())
                .orElse(Map.of());
        return set.getOrDefault(Setting.LOG_DIR, List.of()).stream().findFirst();
    }

    private static Optional<Path> path(String text, Setting setting, Faults faults) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            faults.add("%s is no path: %s".formatted(setting.option(), e.getReason()));
            return Optional.empty();
        }
    }

    private static Output output(Arguments arguments, Command command, Faults faults) {
        String word =
                arguments.value(Setting.OUTPUT).or(Setting.OUTPUT::fallback).orElseThrow();
        Optional<Output> output = Output.named(word).filter(command.outputs()::contains);
        if (output.isEmpty()) {
            faults.add("--output is \"%s\": expected one of %s"
                    .formatted(
                            word,
                            command.outputs().stream().map(Output::toString).collect(Collectors.joining(", "))));
        }
        return output.orElse(Output.TEXT);
    }
}
