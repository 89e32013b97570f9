// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the first word asks for. */
public enum Command {
    RUN(true, "run", "run_blob_migration", "Runs a migration from where it stands until all is done."),
    CHECK(true, "check", null, "Checks all that run needs, counts the documents, and writes nothing."),
    VERIFY(true, "verify", null, "Compares the rows that should be there with those that are, and writes no row."),
    LIST(false, "list", null, "Lists the migrations."),
    DEMO(
            false,
            "demo",
            null,
            "Shows migrate_metadata, or documents, killed midway, on embedded servers; only where the program was built.");

    private final boolean ofOneMigration;
    private final String name;
    private final @Nullable String alias;
    private final String summary;

    Command(boolean ofOneMigration, String name, @Nullable String alias, String summary) {
        this.ofOneMigration = ofOneMigration;
        this.name = name;
        this.alias = alias;
        this.summary = summary;
    }

    /** Returns the command with this name or other name. */
    public static Optional<Command> named(String word) {
        return Arrays.stream(values())
                .filter(command -> command.names().contains(word))
                .findFirst();
    }

    /** Returns whether it needs the slug of a migration. */
    boolean ofOneMigration() {
        return ofOneMigration;
    }

    String summary() {
        return summary;
    }

    /** Returns its name and, after it, what else it may be called. */
    public List<String> names() {
        return alias == null ? List.of(name) : List.of(name, alias);
    }

    /** Returns the line that shows how it is called. */
    public String usage() {
        return "Usage: migrator " + name + (ofOneMigration ? " SLUG" : this == DEMO ? " [SLUG]" : "") + " [options]";
    }

    @Override
    public String toString() {
        return name;
    }
}
