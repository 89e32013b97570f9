// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Requests;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.List;

/** The demo's story: a migration is killed midway, the same command is given again, and the rows are exact. */
final class KillAndResume {
    private final Narrator narrator;
    private final SampleDocuments sample;
    private final Servers servers;
    private final Program program;
    private final Terminal terminal;
    private final List<ExpectedRow> expected;

    KillAndResume(Narrator narrator, SampleDocuments sample, Servers servers, Program program, Closer closer) {
        this.narrator = narrator;
        this.sample = sample;
        this.servers = servers;
        this.program = program;
        this.terminal = new Terminal(narrator, servers, program, closer);
        this.expected = sample.rows();
    }

    /** Tells it and returns whether it ended well. */
    boolean tell() throws IOException, SQLException, InterruptedException {
        narrator.part(2, "The migration, as in the runbook: it will be killed when half the rows are there.");
        if (!terminal.killsAt(expected.size() / 2, Servers.BLOBS, Program.RUNBOOK)) {
            return false;
        }
        narrator.part(3, "What is there now.");
        tellWhatIsSaved();
        List<CouchRequest> before = pages();
        narrator.part(4, "The same command again: it goes on from the offset file.");
        if (!terminal.runsUntilDone(Program.RUNBOOK)) {
            return false;
        }
        narrator.part(5, "What it proves.");
        return prove(before);
    }

    private void tellWhatIsSaved() throws IOException, SQLException {
        narrator.say("   In the table blobs_blobmeta: %s of %s rows."
                .formatted(Narrator.number(servers.rows(Servers.BLOBS)), Narrator.number(expected.size())));
        if (Files.notExists(program.offsetFile())) {
            narrator.say("   There is no offset file yet.");
            return;
        }
        narrator.say("   In the offset file %s:".formatted(program.directory().relativize(program.offsetFile())));
        SavedOffsets.lines(program.offsetFile()).forEach(line -> narrator.say("   - " + line));
        narrator.say(
                "   The file is written after the rows it speaks of, never before: rows may be ahead of it, and their documents are read again, but no document is left out.");
    }

    private boolean prove(List<CouchRequest> before) throws SQLException {
        Comparison rows =
                Comparison.of(expected, ExpectedRow.readAll(servers.target().dataSource()));
        List<CouchRequest> all = pages();
        Reading reading = Reading.of(sample, before, all.subList(before.size(), all.size()));
        boolean frugal = reading.twice() < reading.once();
        narrator.say(
                "   All %s rows were compared with those that the sample must give, column by column:"
                        .formatted(Narrator.number(expected.size())),
                "   - missing %s, doubled %s, wrong %s: %s"
                        .formatted(
                                rows.missing(),
                                rows.doubled(),
                                rows.wrong(),
                                rows.exact() ? "the rows are exact." : "FAILED, they should be exact."),
                "   CouchDB was asked for %s pages before the kill, with %s of %s documents, and for %s after it."
                        .formatted(
                                reading.before(),
                                Narrator.number(reading.once()),
                                Narrator.number(sample.documents().count()),
                                reading.after()),
                "   Only what was in hand, %s documents, was read twice; the rows that were there were left as they were."
                        .formatted(Narrator.number(reading.twice())));
        if (!frugal) {
            narrator.say("   FAILED: it began all over again.");
        }
        return rows.exact() && frugal;
    }

    /** Looking up users is no page. */
    private List<CouchRequest> pages() {
        return servers.couch()
                .requests(Requests.pages().and(request -> sample.databases().contains(request.database())));
    }
}
