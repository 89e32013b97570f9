// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Holds what is in the target and in the log directory to what the ledger says. */
final class Findings {
    private static final int MOST_SHOWN = 20;

    private final String slug;
    private final Ledger ledger;
    private final Installation installation;
    private final Path logs;

    Findings(String slug, Ledger ledger, Installation installation, Path logs) {
        this.slug = slug;
        this.ledger = ledger;
        this.installation = installation;
        this.logs = logs;
    }

    /**
     * Requires each row of the newest versions where it belongs, none twice, and beside them only rows that an earlier version asked for,
     * which stay.
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
        NavigableMap<String, ExpectedRow> expected = ledger.expectedBut(rejected);
        NavigableMap<String, ExpectedRow> seen = new TreeMap<>();
        List<String> wrong = new ArrayList<>();
        for (ExpectedRow row : installation.rows()) {
            if (expected.containsKey(row.key())) {
                if (seen.put(row.key(), row) != null) {
                    wrong.add("doubled: " + row);
                }
            } else if (!ledger.wasAsked(row)) {
                wrong.add("never asked for: " + row);
            }
        }
        String digest = digest(seen.values());
        if (wrong.isEmpty() && digest.equals(digest(expected.values()))) {
            return digest;
        }
        for (Map.Entry<String, ExpectedRow> row : expected.entrySet()) {
            ExpectedRow there = seen.get(row.getKey());
            if (!row.getValue().equals(there)) {
                wrong.add((there == null ? "missing: " : "wrong, seen %s: ".formatted(there)) + row.getValue());
            }
        }
        throw new Violation(
                "%d rows are not as they should be:%n%s".formatted(wrong.size(), String.join("\n", shown(wrong))));
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
        Path file = logs.resolve(slug + ".rejects.jsonl");
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

    /** Requires that completion is recorded, once. */
    void requireCompletion() throws Violation, SQLException {
        List<String> slugs = installation.main().query("select slug from blobs_blobmigrationstate");
        if (!slugs.equals(List.of(slug))) {
            throw new Violation("completion is recorded of %s, expected [%s]".formatted(slugs, slug));
        }
    }

    private static List<String> shown(List<String> all) {
        return all.subList(0, Math.min(MOST_SHOWN, all.size()));
    }

    private static String digest(Collection<ExpectedRow> rows) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            rows.forEach(row -> digest.update((row + "\n").getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
