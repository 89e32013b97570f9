// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import io.couchmigrator.commcare.BlobMetadata;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An operator at a terminal: starts a program as a process, with the servers in the environment. */
public final class Operator {
    private static final Path PROGRAM = Path.of("target/migrator/bin/migrator").toAbsolutePath();

    /** What one start leaves for the next ones is the tests' alone. */
    private static final Path CACHE = Path.of("target/cache").toAbsolutePath();

    private final Map<String, String> environment = new TreeMap<>();
    private final List<String> always = new ArrayList<>();
    private final List<String> program;
    private final String slug;
    private final Path logs;

    /** Has the built distribution, and migrates what the runbook does. */
    public Operator(CouchDouble couch, TestDatabase database, Path logs) {
        this(List.of(program()), BlobMetadata.SLUG, couch, database, logs);
    }

    /** Has another program, which takes the same words, and migrates something else with it. */
    public Operator(List<String> program, String slug, CouchDouble couch, TestDatabase database, Path logs) {
        this.program = List.copyOf(program);
        this.slug = slug;
        this.logs = logs;
        environment.put("COUCHDB_URL", couch.url());
        environment.put("PGHOST", database.host());
        environment.put("PGPORT", String.valueOf(database.port()));
        environment.put("PGDATABASE", database.name());
        environment.put("PGUSER", database.user());
        environment.put("PGPASSWORD", database.password());
        environment.put("JAVA_HOME", System.getProperty("java.home"));
        environment.put("XDG_CACHE_HOME", CACHE.toString());
    }

    /** Loads the corpus into both servers first. */
    static Operator ofCorpus(Corpus corpus, CouchDouble couch, TestDatabase database, Path logs) throws SQLException {
        corpus.loadInto(couch);
        corpus.loadInto(database);
        return new Operator(couch, database, logs);
    }

    /** Changes the environment. */
    Operator with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Path logs() {
        return logs;
    }

    /** Types a command and waits for its end. */
    public Ended types(String... words) throws Exception {
        Path output = Files.createTempFile("migrator-console", ".txt");
        try {
            Process process = start(output, words);
            int status = process.waitFor();
            return new Ended(status, Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }

    /** Types the runbook's command, and more of its options. */
    public Ended runs(String... more) throws Exception {
        return types(runbook(more));
    }

    /** Gives these options with the runbook's command and with each verification from now on. */
    public Operator always(List<String> options) {
        always.addAll(options);
        return this;
    }

    /** Starts the runbook's command and goes on. */
    public Process starts(Path output, String... more) throws IOException {
        return start(output, runbook(more));
    }

    /** Starts a check and goes on. */
    Process startsToCheck(Path output) throws IOException {
        return start(output, words("check"));
    }

    /** Starts a verification and goes on. */
    public Process startsToVerify(Path output, String... more) throws IOException {
        return start(output, words("verify", more));
    }

    /** The words of the runbook's command. */
    String[] runbook(String... more) {
        return words("run_blob_migration", more);
    }

    /** A process with this operator's environment and nothing of the machine's own settings. */
    ProcessBuilder process(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(DefaultSignals.of(command)).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("COUCHDB_") || name.startsWith("PG"));
        builder.environment().putAll(environment);
        return builder;
    }

    /** Returns the built distribution's program. */
    public static String program() {
        return PROGRAM.toString();
    }

    private String[] words(String command, String... more) {
        List<String> words = new ArrayList<>(List.of(command, slug, "--log-dir=" + logs));
        words.addAll(always);
        words.addAll(List.of(more));
        return words.toArray(new String[0]);
    }

    private Process start(Path output, String... words) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(List.of(words));
        Process process = process(command).redirectOutput(output.toFile()).start();
        process.getOutputStream().close();
        return process;
    }

    /**
     * A command that ended.
     *
     * @param status its exit status
     * @param console all it printed
     */
    public record Ended(int status, String console) {
        String lastLines(int count) {
            List<String> lines = console.lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
        }
    }
}
