// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.Listener;
import io.couchmigrator.Migrator;
import io.couchmigrator.Result;
import io.couchmigrator.cli.settings.ArgumentParser;
import io.couchmigrator.cli.settings.Arguments;
import io.couchmigrator.cli.settings.Command;
import io.couchmigrator.cli.settings.Faults;
import io.couchmigrator.cli.settings.Settings;
import io.couchmigrator.cli.settings.SettingsReader;
import java.util.List;
import java.util.Optional;

/** Runs or verifies {@link NewestBlobs}, with the words, the environment and the exit statuses of the command line. */
final class EmbeddingProgram {
    private EmbeddingProgram() {}

    public static void main(String[] words) {
        Faults faults = new Faults();
        Arguments arguments = new ArgumentParser(faults).parse(List.of(words));
        Settings settings = new SettingsReader(arguments, System.getenv(), Optional.empty(), faults)
                .read()
                .orElseThrow();
        Migrator migrator =
                settings.migrator(NewestBlobs.migration(settings.databases().get(0)), new Listener() {});
        Result result = arguments.command().equals(Optional.of(Command.VERIFY)) ? migrator.verify() : migrator.run();
        System.out.println(result.outcome());
        result.failures().forEach(failure -> System.out.println(failure.getMessage()));
        System.exit(result.outcome().exitStatus());
    }
}
