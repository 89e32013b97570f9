// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the first word asks for. */
public enum Command {
    RUN(Slug.NEEDED, "run", "run_blob_migration", "Runs a migration from where it stands until all is done."),
    CHECK(Slug.NEEDED, "check", null, "Checks all that run needs, counts the documents, and writes nothing."),
    VERIFY(
            Slug.NEEDED,
            "verify",
            null,
            "Compares the rows that should be there with those that are, and writes no row."),
    STATUS(Slug.OPTIONAL, "status", null, "Tells where migrations stand, running or not; asks no server."),
    REJECTS(Slug.NEEDED, "rejects", null, "Lists outstanding rejects, and how to mend them; asks no server."),
    LIST(Slug.NONE, "list", null, "Lists the migrations."),
    DEMO(
            Slug.OPTIONAL,
            "demo",
            null,
            "Shows migrate_metadata, or documents, killed midway, on embedded servers; only where the program was built.");

    /** Whether a migration is named after the command. */
    private enum Slug {
        NONE(""),
        OPTIONAL(" [SLUG]"),
        NEEDED(" SLUG");

        private final String usage;

        Slug(String usage) {
            this.usage = usage;
        }
    }

    private final Slug slug;
    private final String name;
    private final @Nullable String alias;
    private final String summary;

    Command(Slug slug, String name, @Nullable String alias, String summary) {
        this.slug = slug;
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

    /** Returns whether it asks the servers, as a migration is set. */
    boolean asksServers() {
        return this == RUN || this == CHECK || this == VERIFY;
    }

    /** Returns whether it only looks into the log directory. */
    public boolean looksOnly() {
        return this == STATUS || this == REJECTS;
    }

    String summary() {
        return summary;
    }

    /** Returns the forms in which it can tell what was asked for; none if there is no choice. */
    List<Output> outputs() {
        return switch (this) {
            case RUN, VERIFY, CHECK, STATUS -> List.of(Output.TEXT, Output.JSON);
            case REJECTS -> List.of(Output.TEXT, Output.JSON, Output.CSV);
            default -> List.of();
        };
    }

    /** Returns what a program gets in the forms that are not for people. */
    String forPrograms() {
        return switch (this) {
            case RUN, VERIFY -> "json for programs, an event a line";
            case CHECK -> "json for programs, one object";
            case STATUS -> "json for programs, an object for each migration";
            case REJECTS -> "json or csv for programs, a line for each reject";
            default -> throw new IllegalStateException("%s has no form for programs".formatted(this));
        };
    }

    /** Returns its name and, after it, what else it may be called. */
    public List<String> names() {
        return alias == null ? List.of(name) : List.of(name, alias);
    }

    /** Returns the line that shows how it is called. */
    public String usage() {
        return "Usage: migrator " + name + slug.usage + " [options]";
    }

    @Override
    public String toString() {
        return name;
    }
}
