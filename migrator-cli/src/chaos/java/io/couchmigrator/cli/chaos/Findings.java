// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.cli.chaos.Differences.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Holds what is in the target and in the log directory to what the ledger says. */
final class Findings {
    private static final int MOST_SHOWN = 20;

    private final Program program;
    private final Ledger ledger;
    private final Installation installation;
    private final Path logs;

    Findings(Program program, Ledger ledger, Installation installation, Path logs) {
        this.program = program;
        this.ledger = ledger;
        this.installation = installation;
        this.logs = logs;
    }

    /**
     * Requires each row of the newest versions where it belongs, none twice, and beside them only rows that an earlier version asked for
     * and that may stay.
     *
     * @return the digest of the rows that the newest versions ask for
     */
    String requireRows() throws Violation, SQLException {
        return requireRowsBut(Set.of());
    }

    /** Requires the same of all documents but the outstanding rejects; for whenever a run says that it is complete. */
    void requireRowsButOfRejects() throws Violation, IOException, SQLException {
        requireRowsBut(outstanding());
    }

    private String requireRowsBut(Set<String> rejected) throws Violation, SQLException {
        NavigableMap<String, Row> expected = ledger.expectedBut(rejected);
        Differences differences = differences(expected, rejected);
        if (!differences.told().isEmpty()) {
            throw new Violation("rows are not as they should be: " + shown(differences));
        }
        return digest(expected.values());
    }

    private Differences differences(Map<String, Row> expected, Set<String> rejected) throws Violation, SQLException {
        Map<String, Row> seen = new HashMap<>();
        Differences differences = new Differences();
        for (Row row : installation.rows()) {
            if (expected.containsKey(row.key())) {
                if (seen.put(row.key(), row) != null) {
                    differences.add(Kind.DOUBLED, "doubled: " + row);
                }
            } else if (!ledger.mayStay(row, rejected)) {
                differences.add(Kind.EXTRA, "should not be there: " + row);
            } else if (ledger.isKept(row)) {
                differences.keep();
            }
        }
        for (Row row : expected.values()) {
            Row there = seen.get(row.key());
            if (there == null) {
                differences.add(Kind.MISSING, "missing: " + row);
            } else if (!row.equals(there)) {
                boolean revised = !row.revision().equals(there.revision());
                differences.add(revised ? Kind.REVISED : Kind.CHANGED, "wrong, seen %s: %s".formatted(there, row));
            }
        }
        return differences;
    }

    /** Returns the statuses that a verification of a complete migration may end with. */
    Set<Integer> statuses(Depth depth) throws Violation, SQLException {
        return depth.statuses(
                differences(ledger.expectedBut(Set.of()), Set.of()),
                !ledger.bad().isEmpty());
    }

    /** Requires that nothing is left of what such a verification cannot but find. */
    void requireNothingToFind(Depth depth) throws Violation, SQLException {
        Differences differences = differences(ledger.expectedBut(Set.of()), Set.of());
        if (depth.mustFind(differences)) {
            throw new Violation("a verification by %s has more to find: %s".formatted(depth, shown(differences)));
        }
    }

    /** Returns the rows that a program may not touch: of documents that cannot be stored and, where it keeps them, that are gone. */
    Set<Row> untouchable() throws Violation, SQLException {
        Set<String> bad = ledger.bad();
        Set<Row> rows = new HashSet<>(installation.rows());
        rows.removeIf(row -> !bad.contains(row.key()) && !ledger.isKept(row));
        return rows;
    }

    /** Requires that the rows that a program may not touch are still these. */
    void requireUntouched(Set<Row> expected) throws Violation, SQLException {
        Set<Row> seen = untouchable();
        if (!seen.equals(expected)) {
            throw new Violation("rows of rejects or of documents that are gone are %s, expected %s as before"
                    .formatted(seen, expected));
        }
    }

    /** Returns the keys of all rows that there are, of a program that keeps all of them; of others none. */
    Set<String> keptKeys() throws Violation, SQLException {
        return program.keeps() ? installation.rows().stream().map(Row::key).collect(Collectors.toSet()) : Set.of();
    }

    /** Requires that there are still rows with these keys. */
    void requireKept(Set<String> keys) throws Violation, SQLException {
        Set<String> lost = new TreeSet<>(keys);
        lost.removeAll(keptKeys());
        if (!lost.isEmpty()) {
            throw new Violation("%d rows are gone that should be kept: %s".formatted(lost.size(), lost));
        }
    }

    /** Requires that these documents are the outstanding rejects. */
    void requireRejects(Set<String> expected) throws Violation, IOException {
        Set<String> outstanding = outstanding();
        if (!outstanding.equals(expected)) {
            throw new Violation("outstanding rejects are %s, expected %s".formatted(outstanding, expected));
        }
    }

    private Set<String> outstanding() throws IOException {
        Set<String> outstanding = new TreeSet<>();
        Path file = logs.resolve(program.slug() + ".rejects.jsonl");
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                JsonObject event = JsonParser.parseString(line).getAsJsonObject();
                String item = event.get("stage").getAsString() + " "
                        + event.get("doc_id").getAsString();
                if (event.get("event").getAsString().equals("rejected")) {
                    outstanding.add(item);
                } else {
                    outstanding.remove(item);
                }
            }
        }
        return outstanding;
    }

    /** Requires that completion is recorded, once, of a program that does so. */
    void requireCompletion() throws Violation, SQLException {
        List<String> slugs = installation.main().query("select slug from blobs_blobmigrationstate");
        List<String> expected = program.recordsCompletion() ? List.of(program.slug()) : List.of();
        if (!slugs.equals(expected)) {
            throw new Violation("completion is recorded of %s, expected %s".formatted(slugs, expected));
        }
    }

    private static String shown(Differences differences) {
        List<String> all = differences.told();
        return "%d, such as%n%s"
                .formatted(all.size(), String.join("\n", all.subList(0, Math.min(MOST_SHOWN, all.size()))));
    }

    private static String digest(Collection<Row> rows) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            rows.forEach(row -> digest.update((row + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
