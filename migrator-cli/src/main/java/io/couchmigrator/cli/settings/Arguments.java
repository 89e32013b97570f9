// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The command line, taken apart but not judged.
 *
 * @param words as the user wrote them
 * @param positional those that are no option and no option's value
 * @param values the options that take a value, with it, or with each where one may be repeated
 * @param flags the options that take none
 */
public record Arguments(
        List<String> words, List<String> positional, Map<Setting, List<String>> values, Set<Setting> flags) {
    public Arguments {
        words = List.copyOf(words);
        positional = List.copyOf(positional);
        values = Map.copyOf(values);
        flags = Set.copyOf(flags);
    }

    /** Returns the command; empty if none is given, or none that there is. */
    public Optional<Command> command() {
        return positional.stream().findFirst().flatMap(Command::named);
    }

    /** Returns these as {@code --help} in their place says them, if they begin with the word {@code help}. */
    public Arguments withHelpAsOption() {
        if (positional.isEmpty() || !positional.get(0).equals("help")) {
            return this;
        }
        Set<Setting> asking = EnumSet.of(Setting.HELP);
        asking.addAll(flags);
        return new Arguments(words, positional.subList(1, positional.size()), values, asking);
    }

    /** Returns the word after the command, which names a migration. */
    public Optional<String> slug() {
        return positional.stream().skip(1).findFirst();
    }

    /** Returns the value of an option that is given once; empty if it is not. */
    Optional<String> value(Setting setting) {
        return Optional.ofNullable(values.get(setting)).map(given -> given.get(0));
    }

    /** Returns whether a flag was given. */
    public boolean has(Setting flag) {
        return flags.contains(flag);
    }

    /** Returns whether an option was given, with or without a value. */
    public boolean gives(Setting setting) {
        return flags.contains(setting) || values.containsKey(setting);
    }
}
