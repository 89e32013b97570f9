// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.jspecify.annotations.Nullable;

/** All that can be set: the one place from which parser, environment, configuration file and help take their names. */
public enum Setting {
    LOG_DIR("log-dir", Scope.ANYWHERE, "DIR", null, null, """
            directory of the offset file, the rejects, the logs and the lock; required; run makes it"""),
    CHUNK_SIZE("chunk-size", Scope.ANYWHERE, "N", null, "1000", "the most documents that are committed at once"),
    NUM_WORKERS(
            "num-workers",
            Scope.ANYWHERE,
            "N",
            null,
            "4",
            "ranges read at once, 64 at most, each on its own connection"),
    MAX_DOCS_PER_SECOND("max-docs-per-second", Scope.ANYWHERE, "N", null, "0", """
            the most documents that all workers together read in a second; 0 sets no limit"""),
    COUCH_URL("couch-url", Scope.ANYWHERE, "URL", "COUCHDB_URL", null, "the CouchDB server; required"),
    COUCH_USER(
            "couch-user", Scope.ANYWHERE, "NAME", "COUCHDB_USER", null, "user of CouchDB; none sends no credentials"),
    COUCH_PASSWORD("couch-password", Scope.NEVER_AN_OPTION, "", "COUCHDB_PASSWORD", null, "that user's password"),
    COUCH_PASSWORD_FILE("couch-password-file", Scope.ANYWHERE, "FILE", null, null, """
            file whose first line is that password; else the variable COUCHDB_PASSWORD"""),
    COUCH_DB("couch-db", Scope.ANYWHERE, "NAME", null, "commcarehq", """
            of documents: a database whose documents are migrated, required, may be given more than once; of \
            migrate_metadata: name of the main database"""),
    TABLE("table", Scope.ANYWHERE, "NAME", null, "documents", """
            the table of one database, as documents or archive.documents; without it each keeps the table that it has, and of several a new one gets \
            one of its own name"""),
    DELETIONS("deletions", Scope.ANYWHERE, "WORD", null, "delete", """
            delete or keep the rows of documents that are deleted; a table that keeps them is refused unless one of both is given"""),
    NUL("nul", Scope.ANYWHERE, "WORD", null, "reject", """
            reject documents that hold U+0000, which PostgreSQL cannot store, or replace it by U+FFFD"""),
    READ("read", Scope.ANYWHERE, "HOW", null, "auto", """
            whole documents, or those fields alone that a stage needs, or auto: fields where documents are so large that it pays"""),
    JDBC_URL("jdbc-url", Scope.ANYWHERE, "URL", null, null, """
            the PostgreSQL database, as jdbc:postgresql://HOST:PORT/NAME; else libpq's variables"""),
    SHARDS("shards", Scope.FILE, null, null, null, "the databases of a sharded blobs_blobmeta"),
    SOURCES("sources", Scope.FILE, null, null, null, "the databases of tables that are not in the main one"),
    MAX_REJECTS("max-rejects", Scope.ANYWHERE, "LIMIT", null, null, """
            stop when more than LIMIT rejects are outstanding, such as 100, or when more than LIMIT of the documents \
            are rejected, such as 0.5%; none by default"""),
    MAX_DURATION("max-duration", Scope.ANYWHERE, "TIME", null, null, """
            how long it may take, such as 2h: then the batches in hand are finished and saved, it ends with 8, and the same command goes on; \
            none by default"""),
    MAX_OUTAGE("max-outage", Scope.ANYWHERE, "TIME", null, "10m", """
            how long to wait for a server that is away, such as 30s, 10m or 2h; 0s does not wait"""),
    READ_TIMEOUT("read-timeout", Scope.ANYWHERE, "TIME", null, "60s", "how long CouchDB may send nothing"),
    CONNECT_TIMEOUT("connect-timeout", Scope.ANYWHERE, "TIME", null, "10s", "how long connecting to CouchDB may take"),
    CONFIG("config", Scope.COMMAND_LINE, "FILE", null, null, """
            JSON object of these options, named without dashes; may hold couch-password, URLs with passwords, shards, \
            which says where the rows of a sharded target go, and sources, which says where tables are that are not in the main database"""),
    RESET("reset", Scope.COMMAND_LINE, null, null, null, """
            put offset and rejects files aside and read all again; only documents deletes rows then, those of no document"""),
    ACCEPT_FAILOVER("accept-failover", Scope.COMMAND_LINE, null, null, null, """
            go on after a fail-over of PostgreSQL, once verify has looked for rows that it lost"""),
    ACCEPT_NEW_SOURCE("accept-new-source", Scope.COMMAND_LINE, null, null, null, """
            go on with a CouchDB database that is another one, or older, than the offset file knows: what was read stays read, all its changes are read; documents reads all again"""),
    COUNTS("counts", Scope.VERIFY, null, null, null, """
            compare how many documents and rows there are in ranges of ids, which takes seconds, and read only where these differ; \
            ends with 10 at best"""),
    IDS("ids", Scope.VERIFY, null, null, null, """
            compare ids and revisions, not what else the rows hold; ends with 10 at best"""),
    ADOPT("adopt", Scope.COMMAND_LINE, null, null, null, """
            take tables that have rows already, or belong to another migration or database; \
            rows in them that are of no document are deleted, or stay with --deletions=keep"""),
    REREAD("reread", Scope.COMMAND_LINE, null, null, null, """
            read all documents again; rows that are as they should be are not touched"""),
    OUTPUT("output", Scope.COMMAND_LINE, "FORM", null, "text", """
            text for people, or json for programs, which is an event a line of run and verify; of rejects csv, too"""),
    QUIET("quiet", Scope.COMMAND_LINE, null, null, null, """
            tell only what is wrong or waited for, and a verdict other than 0"""),
    VERBOSE("verbose", Scope.COMMAND_LINE, null, null, null, """
            tell each batch, each attempt that failed and each document that is rejected, too"""),
    WATCH("watch", Scope.STATUS, null, null, null, "tell again and again, until the run has ended"),
    GRANTS("grants", Scope.CHECK, null, null, null, """
            print nothing but the GRANTs that are missing, as a script for psql"""),
    KEEP("keep", Scope.DEMO, null, null, null, "leave the servers up and say how to use them"),
    HELP("help", Scope.COMMAND_LINE, null, null, null, "print this and exit"),
    VERSION("version", Scope.COMMAND_LINE, null, null, null, "print the version and exit");

    /** Where a setting may be given. */
    enum Scope {
        /** On the command line and in the configuration file. */
        ANYWHERE,
        /** On the command line only: it would be wrong for every run. */
        COMMAND_LINE,
        /** On the command line of a verification only. */
        VERIFY,
        /** On the command line of a status only. */
        STATUS,
        /** On the command line of a check only. */
        CHECK,
        /** On the command line of the demo only. */
        DEMO,
        /** In the configuration file only: it takes more than a word. */
        FILE,
        /** Never on the command line, where every user of the machine can read it. */
        NEVER_AN_OPTION
    }

    /** A verification writes no row and rejects no document. */
    private static final Set<Setting> OF_WRITING = EnumSet.of(MAX_REJECTS, ADOPT, REREAD);

    /** What changes nothing before the first document is read. */
    private static final Set<Setting> OF_READING =
            EnumSet.of(CHUNK_SIZE, MAX_DOCS_PER_SECOND, MAX_REJECTS, MAX_DURATION, VERBOSE);

    /** Who only looks into a log directory needs no more to find it. */
    private static final Set<Setting> OF_LOOKING = EnumSet.of(LOG_DIR, CONFIG, VERSION);

    private static final Set<Setting> OF_DOCUMENTS = EnumSet.of(TABLE, DELETIONS, NUL, COUNTS, IDS, ADOPT, REREAD);

    /** Who moves documents as they are needs all of them. */
    private static final Set<Setting> OF_METADATA = EnumSet.of(READ);

    private final String key;
    private final Scope scope;
    private final @Nullable String argument;
    private final @Nullable String variable;
    private final @Nullable String fallback;
    private final String description;

    Setting(
            String key,
            Scope scope,
            @Nullable String argument,
            @Nullable String variable,
            @Nullable String fallback,
            String description) {
        this.key = key;
        this.scope = scope;
        this.argument = argument;
        this.variable = variable;
        this.fallback = fallback;
        this.description = description;
    }

    /** Returns the setting that a configuration file may hold under this key. */
    static Optional<Setting> inFile(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.inFile() && setting.key.equals(key))
                .findFirst();
    }

    /** Returns what Commons CLI is to parse. */
    static Options options() {
        Options options = new Options();
        for (Setting setting : values()) {
            if (setting.onCommandLine()) {
                options.addOption(Option.builder(setting == HELP ? "h" : null)
                        .longOpt(setting.key)
                        .hasArg(setting.takesValue())
                        .get());
            }
        }
        return options;
    }

    /** Returns its key in the configuration file, which is its option without dashes. */
    public String key() {
        return key;
    }

    /** Returns its option, with dashes. */
    public String option() {
        return "--" + key;
    }

    boolean onCommandLine() {
        return scope != Scope.NEVER_AN_OPTION && scope != Scope.FILE;
    }

    boolean inFile() {
        return scope == Scope.ANYWHERE || scope == Scope.FILE || scope == Scope.NEVER_AN_OPTION;
    }

    /** Returns whether it means something to this command; the commands share all options but those of the demo, of verify, of writing, and of looking only. */
    public boolean belongsTo(Command command) {
        if (this == OUTPUT) {
            return !command.outputs().isEmpty();
        }
        return this == HELP
                || switch (scope) {
                    case DEMO -> command == Command.DEMO;
                    case VERIFY -> command == Command.VERIFY;
                    case CHECK -> command == Command.CHECK;
                    case STATUS -> command == Command.STATUS;
                    default ->
                        command.looksOnly()
                                ? OF_LOOKING.contains(this)
                                : command != Command.DEMO && !(command == Command.VERIFY && OF_WRITING.contains(this));
                };
    }

    /** Returns whether it means something to this migration. */
    boolean belongsTo(Migrations migration) {
        return !(migration == Migrations.DOCUMENTS ? OF_METADATA : OF_DOCUMENTS).contains(this);
    }

    boolean isOfEveryMigration() {
        return Arrays.stream(Migrations.values()).allMatch(this::belongsTo);
    }

    /** Returns whether one run is enough of it: what it asks for is done once the run has begun. */
    public boolean isForOneRun() {
        return switch (this) {
            case RESET, ACCEPT_FAILOVER, ACCEPT_NEW_SOURCE, ADOPT, REREAD -> true;
            default -> false;
        };
    }

    /** Returns whether it may be given more than once. */
    boolean isRepeatable() {
        return this == COUCH_DB;
    }

    /** Returns whether it changes what this command does: a list needs no servers and no files, and a check reads no documents. */
    boolean isOfUseTo(Command command) {
        return this == HELP
                || (command != Command.LIST
                        && belongsTo(command)
                        && !(command == Command.CHECK && OF_READING.contains(this)));
    }

    /** Returns whether its value is a number. */
    boolean takesNumber() {
        return "N".equals(argument) || this == MAX_REJECTS;
    }

    /** Returns whether a value follows it; a flag has none. */
    public boolean takesValue() {
        return argument != null;
    }

    /** Returns what stands for its value in the help; empty for a flag. */
    String argument() {
        return argument == null ? "" : argument;
    }

    Optional<String> variable() {
        return Optional.ofNullable(variable);
    }

    /** Returns its value where none is given. */
    Optional<String> fallback() {
        return Optional.ofNullable(fallback);
    }

    /** Returns whether a value is the one that holds where none is given. */
    public boolean isDefault(String value) {
        return value.equals(fallback);
    }

    String description() {
        return description;
    }

    /** Returns what it means to this command. */
    String description(Command command) {
        boolean findsDirectory = command == Command.VERIFY || command.looksOnly();
        return switch (this) {
            case LOG_DIR -> findsDirectory ? description.replace("run makes it", "that of the run") : description;
            case OUTPUT -> "text for people, or " + command.forPrograms();
            case RESET ->
                command == Command.VERIFY
                        ? "put aside where a verification stands that was stopped, and compare all from the beginning"
                        : description;
            default -> description;
        };
    }
}
