// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.util.Map;
import java.util.Optional;

/** What is set, and where: command line, then environment, then configuration file, then defaults. */
final class Values {
    private final Map<Setting, String> commandLine;
    private final Map<String, String> environment;
    private final Map<Setting, String> file;
    private final String fileName;

    Values(
            Map<Setting, String> commandLine,
            Map<String, String> environment,
            Map<Setting, String> file,
            String fileName) {
        this.commandLine = Map.copyOf(commandLine);
        this.environment = Map.copyOf(environment);
        this.file = Map.copyOf(file);
        this.fileName = fileName;
    }

    Optional<Value> of(Setting setting) {
        return onCommandLine(setting)
                .or(() -> setting.variable().flatMap(this::variable))
                .or(() -> inFile(setting))
                .or(() -> setting.fallback().map(text -> new Value(text, Origin.FALLBACK, setting.option())));
    }

    /** Returns what a variable of the environment holds; an empty one counts as not set, as it does for libpq. */
    Optional<Value> variable(String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(text -> !text.isEmpty())
                .map(text -> new Value(text, Origin.ENVIRONMENT, name));
    }

    private Optional<Value> onCommandLine(Setting setting) {
        return Optional.ofNullable(commandLine.get(setting))
                .map(text -> new Value(text, Origin.COMMAND_LINE, setting.option()));
    }

    private Optional<Value> inFile(Setting setting) {
        return Optional.ofNullable(file.get(setting))
                .map(text -> new Value(text, Origin.FILE, setting.key() + " in " + fileName));
    }

    /**
     * A value and its origin.
     *
     * @param text the value, which may be a secret
     * @param origin what kind of place it comes from
     * @param place that place, for people
     */
    record Value(String text, Origin origin, String place) {
        /** Leaves out the text: it may be a secret. */
        @Override
        public String toString() {
            return place;
        }
    }
}
