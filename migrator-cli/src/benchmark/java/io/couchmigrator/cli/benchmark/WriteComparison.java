// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.Change;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Compares ways to write the same rows on one connection, into an empty table and then once more with all rows there.
 *
 * @param <R> the type of the rows
 */
final class WriteComparison<R> {
    /** What the library sets around its own statements, for the others that it is compared with. */
    private static final String SETTINGS =
            "SET plan_cache_mode = force_custom_plan; SET enable_hashjoin = off; SET enable_mergejoin = off";

    private final List<WriteWay<R>> ways;
    private final Function<Documents, Subject<R>> subject;
    private final Options options;
    private final PostgresServer postgres;
    private final Consumer<String> console;

    WriteComparison(
            List<WriteWay<R>> ways,
            Function<Documents, Subject<R>> subject,
            Options options,
            PostgresServer postgres,
            Consumer<String> console) {
        this.ways = ways;
        this.subject = subject;
        this.options = options;
        this.postgres = postgres;
        this.console = console;
    }

    /**
     * One way's figures.
     *
     * @param rows how many were written
     * @param way its name
     * @param statements in the transaction of a batch of new rows, {@code BEGIN} and {@code COMMIT} included
     * @param roundTrips how often such a transaction waits for the server
     * @param first seconds for all rows when they are new
     * @param second seconds for all rows when they are there
     */
    record Line(int rows, String way, long statements, long roundTrips, List<Double> first, List<Double> second) {}

    /** Measures with each number of documents that is asked for. */
    List<Line> compareEach() throws Exception {
        List<Line> lines = new ArrayList<>();
        for (int count : options.documents()) {
            lines.addAll(compare(count));
        }
        return lines;
    }

    /** Measures all ways in turn, as often as is asked for, after once that does not count. */
    private List<Line> compare(int count) throws Exception {
        Documents documents = new Documents("commcarehq", count, options);
        List<Line> lines = new ArrayList<>();
        for (WriteWay<R> way : ways) {
            lines.add(counted(way, documents));
        }
        for (int i = 0; i <= options.repetitions(); i++) {
            for (int w = 0; w < ways.size(); w++) {
                try (TestDatabase target = target(documents)) {
                    double first = write(ways.get(w), documents, target);
                    double second = write(ways.get(w), documents, target);
                    if (i > 0) {
                        lines.get(w).first().add(first);
                        lines.get(w).second().add(second);
                    }
                }
            }
            console.accept(i == 0 ? "warmed up" : "repetition " + i);
        }
        print(lines);
        return lines;
    }

    private Line counted(WriteWay<R> way, Documents documents) throws Exception {
        List<Change<R>> batch = batches(documents).get(0);
        try (TestDatabase target = target(documents);
                Connection connection = connect(way, target);
                RoundTrips counter = new RoundTrips()) {
            way.write(connection, batch);
            connection.commit();
            return new Line(
                    documents.count(),
                    way.title(),
                    counter.statements(),
                    counter.waits(),
                    new ArrayList<>(),
                    new ArrayList<>());
        }
    }

    private double write(WriteWay<R> way, Documents documents, TestDatabase target) throws Exception {
        List<List<Change<R>>> batches = batches(documents);
        double seconds;
        try (Connection connection = connect(way, target)) {
            long start = System.nanoTime();
            for (List<Change<R>> batch : batches) {
                way.write(connection, batch);
                connection.commit();
            }
            seconds = Taken.secondsSince(start);
        }
        Subject<R> measured = subject.apply(documents);
        String seen = target.query(measured.seen()).get(0);
        if (!seen.equals(measured.expected())) {
            throw new IOException(
                    "%s broke the rules: seen %s, expected %s".formatted(way.title(), seen, measured.expected()));
        }
        return seconds;
    }

    private List<List<Change<R>>> batches(Documents documents) {
        List<String> ids = documents.ids();
        Function<String, Change<R>> changes = subject.apply(documents).change();
        List<List<Change<R>>> batches = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += options.chunkSize()) {
            batches.add(ids.subList(from, Math.min(ids.size(), from + options.chunkSize())).stream()
                    .map(changes)
                    .toList());
        }
        return batches;
    }

    private static Connection connect(WriteWay<?> way, TestDatabase target) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(way.properties());
        properties.setProperty("user", target.user());
        properties.setProperty("password", target.password());
        Connection connection = DriverManager.getConnection(target.jdbcUrl(), properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute(SETTINGS);
        }
        way.open(connection);
        connection.setAutoCommit(false);
        return connection;
    }

    private TestDatabase target(Documents documents) throws SQLException {
        TestDatabase target = postgres.createDatabase();
        target.create(subject.apply(documents).tables().get(0));
        return target;
    }

    private void print(List<Line> lines) {
        console.accept("\n%,d rows on one connection, batches of %d; rows/s of the fastest and the median repetition"
                .formatted(lines.get(0).rows(), options.chunkSize()));
        console.accept("%-36s %10s %12s %20s %20s".formatted("", "statements", "round trips", "new rows", "all there"));
        for (Line line : lines) {
            console.accept("%-36s %10d %12d %20s %20s"
                    .formatted(
                            line.way(),
                            line.statements(),
                            line.roundTrips(),
                            rates(line.rows(), line.first()),
                            rates(line.rows(), line.second())));
        }
    }

    private static String rates(int rows, List<Double> seconds) {
        List<Double> sorted = seconds.stream().sorted().toList();
        double median = (sorted.get((sorted.size() - 1) / 2) + sorted.get(sorted.size() / 2)) / 2;
        return String.format(Locale.ROOT, "%,.0f / %,.0f", rows / sorted.get(0), rows / median);
    }
}
