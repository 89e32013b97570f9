// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is set, and where: command line, then environment, then configuration file, then defaults. */
final class Values {
    private final Map<Setting, List<String>> commandLine;
    private final Map<String, String> environment;
    private final Map<Setting, List<String>> file;
    private final String fileName;

    Values(
            Map<Setting, List<String>> commandLine,
            Map<String, String> environment,
            Map<Setting, List<String>> file,
            String fileName) {
        this.commandLine = Map.copyOf(commandLine);
        this.environment = Map.copyOf(environment);
        this.file = Map.copyOf(file);
        this.fileName = fileName;
    }

    Optional<Value> of(Setting setting) {
        return given(setting).stream().findFirst().or(() -> setting.fallback()
                .map(text -> new Value(text, Origin.FALLBACK, setting.option())));
    }

    /** Returns what the user set, in the first of the places that have any of it; nothing where only the default holds. */
    List<Value> given(Setting setting) {
        if (commandLine.containsKey(setting)) {
            return values(commandLine.get(setting), Origin.COMMAND_LINE, setting.option());
        }
        Optional<Value> variable = setting.variable().flatMap(this::variable);
        return variable.map(List::of)
                .orElseGet(() ->
                        values(file.getOrDefault(setting, List.of()), Origin.FILE, setting.key() + " in " + fileName));
    }

    /** Returns what a variable of the environment holds; an empty one counts as not set, as it does for libpq. */
    Optional<Value> variable(String name) {
        return Optional.ofNullable(environment.get(name))
                .filter(text -> !text.isEmpty())
                .map(text -> new Value(text, Origin.ENVIRONMENT, name));
    }

    private static List<Value> values(List<String> texts, Origin origin, String place) {
        return texts.stream().map(text -> new Value(text, origin, place)).toList();
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
