// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.cli.text.Suggestion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/** Takes a command line apart. What Commons CLI refuses is told and left out, so that the rest is looked at as well. */
public final class ArgumentParser {
    private static final String NO_PASSWORDS =
            "no option takes a password, which every user of this machine could read: set %s, or use %s";

    private final Faults faults;

    /** Adds what is refused to these faults. */
    public ArgumentParser(Faults faults) {
        this.faults = faults;
    }

    /** Returns what is not refused. */
    public Arguments parse(List<String> words) {
        Options options = Setting.options();
        List<String> rest = new ArrayList<>(words);
        while (true) {
            try {
                return arguments(words, parser().parse(options, rest.toArray(String[]::new)));
            } catch (UnrecognizedOptionException e) {
                faults.add(unknown(e.getOption()));
                removeOrEmpty(rest, e.getOption());
            } catch (MissingArgumentException e) {
                String option = "--" + e.getOption().getLongOpt();
                faults.add(option + " needs a value: write " + option + "=VALUE");
                removeOrEmpty(rest, option);
            } catch (ParseException e) {
                throw new IllegalStateException("without groups of options there is no other", e);
            }
        }
    }

    /** Each round must leave fewer words, or parsing would not end. */
    private static void removeOrEmpty(List<String> words, String word) {
        if (!words.remove(word)) {
            words.clear();
        }
    }

    private static DefaultParser parser() {
        return DefaultParser.builder()
                .setAllowPartialMatching(false)
                .setStripLeadingAndTrailingQuotes(false)
                .get();
    }

    private Arguments arguments(List<String> words, CommandLine parsed) {
        Map<Setting, List<String>> values = new EnumMap<>(Setting.class);
        Set<Setting> flags = EnumSet.noneOf(Setting.class);
        for (Setting setting : Setting.values()) {
            if (!setting.onCommandLine() || !parsed.hasOption(setting.key())) {
                continue;
            }
            if (!setting.takesValue()) {
                flags.add(setting);
                continue;
            }
            List<String> given = List.of(parsed.getOptionValues(setting.key()));
            if (given.size() > 1 && !setting.isRepeatable()) {
                faults.add("%s is given %s times: give it once".formatted(setting.option(), given.size()));
            }
            values.put(setting, given);
        }
        return new Arguments(words, parsed.getArgList(), values, flags);
    }

    /** Leaves out what stands behind the equals sign: it may be a password. */
    private static String unknown(String word) {
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        for (Setting setting : Setting.values()) {
            if (setting.option().equals(name)) {
                return setting.onCommandLine()
                        ? name + " takes no value: write " + name
                        : NO_PASSWORDS.formatted("COUCHDB_PASSWORD", Setting.COUCH_PASSWORD_FILE.option());
            }
        }
        if (name.contains("password")) {
            return name + ": "
                    + NO_PASSWORDS.formatted(
                            "COUCHDB_PASSWORD or PGPASSWORD",
                            Setting.COUCH_PASSWORD_FILE.option() + " or a ~/.pgpass file");
        }
        return "unknown option " + name + Suggestion.of(name, optionNames().toList());
    }

    private static Stream<String> optionNames() {
        return Arrays.stream(Setting.values()).filter(Setting::onCommandLine).map(Setting::option);
    }
}
