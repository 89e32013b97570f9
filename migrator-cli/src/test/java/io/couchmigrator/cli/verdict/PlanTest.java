// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.CheckReport;
import io.couchmigrator.CheckReport.Cluster;
import io.couchmigrator.CheckReport.Connections;
import io.couchmigrator.CheckReport.Connections.LimitOf;
import io.couchmigrator.CheckReport.Server;
import io.couchmigrator.CheckReport.SourceCheck;
import io.couchmigrator.CheckReport.StageCheck;
import io.couchmigrator.CheckReport.TableCheck;
import io.couchmigrator.CheckReport.TableCheck.State;
import io.couchmigrator.CheckReport.TargetCheck;
import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.MigrationException;
import io.couchmigrator.SourceException;
import io.couchmigrator.TableName;
import io.couchmigrator.TargetException;
import io.couchmigrator.TargetException.Lack;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final SourceCheck COUCH =
            new SourceCheck("CouchDB at https://couch.example.org:6984/", Optional.of("3.3.3"), true);
    private static final Server SERVER = new Server(
            "15.4", "reports", "migrator", Optional.of(false), Optional.of(new Connections(LimitOf.SERVER, 97, 14)));

    @Test
    void describesBothServersAndWhatIsThere() {
        TargetCheck target = new TargetCheck(
                "PostgreSQL at pg.example.org:5432/reports",
                6,
                Optional.of(SERVER),
                List.of(
                        new TableCheck(TableName.of("blobs_blobmeta"), State.ESTIMATED, OptionalLong.of(1_204_000)),
                        new TableCheck(TableName.of("other"), State.COUNTED, OptionalLong.of(1)),
                        new TableCheck(TableName.of("documents"), State.CREATED_BY_RUN, OptionalLong.empty()),
                        new TableCheck(TableName.of("lines"), State.MISSING, OptionalLong.empty())));

        assertThat(lines(new CheckReport(
                        COUCH,
                        List.of(target),
                        List.of(
                                readByFields(stage("commcarehq", 1_266, "CommCareAudio, ".repeat(20), 3, 8)),
                                stage("commcarehq__apps", 1, "Application", 3, 2)),
                        OptionalLong.of(12_345_678_901L),
                        List.of(),
                        List.of())))
                .containsExactly(
                        "CouchDB at https://couch.example.org:6984/: version 3.3.3, TLS, n=3, q=8/2",
                        "PostgreSQL at pg.example.org:5432/reports: version 15.4, no TLS, user migrator",
                        "  connections: 6 needed, 83 of 97 free",
                        "  blobs_blobmeta: about 1,204,000 rows already there",
                        "  other: 1 row already there",
                        "  documents: does not exist; a run creates it",
                        "  lines: does not exist; a run does not create it",
                        "Log directory logs: 12.3 GB free",
                        "commcarehq: 1,266 documents: CommCareAudio, CommCareAudio, CommCareAudio, CommC…",
                        "  read by fields: documents of about 8712 bytes",
                        "commcarehq__apps: 1 document: Application")
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void namesTheDatabaseOfAPoolThatDoesNotSayWhereItLeads() {
        TargetCheck target = new TargetCheck("PostgreSQL", 6, Optional.of(SERVER), List.of());

        assertThat(lines(report(target, List.of())))
                .contains("PostgreSQL, database reports: version 15.4, no TLS, user migrator");
    }

    @Test
    void saysOfWhatIsNotKnownThatItIsNot() {
        SourceCheck silent = new SourceCheck("CouchDB at http://couch/", Optional.empty(), false);
        TargetCheck away = new TargetCheck(
                "PostgreSQL at pg:5432/hq",
                6,
                Optional.empty(),
                List.of(new TableCheck(TableName.of("blobs_blobmeta"), State.UNKNOWN, OptionalLong.empty())));
        StageCheck stage =
                new StageCheck("hq", "all", OptionalLong.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        assertThat(lines(new CheckReport(
                        silent, List.of(away), List.of(stage), OptionalLong.empty(), List.of(), List.of())))
                .containsExactly(
                        "CouchDB at http://couch/: version unknown, no TLS, n=unknown, q=unknown",
                        "PostgreSQL at pg:5432/hq: version unknown",
                        "  connections: 6 needed, free: unknown",
                        "  blobs_blobmeta: rows already there: unknown",
                        "Log directory logs: free space unknown",
                        "hq: an unknown number of documents: all");
    }

    @Test
    void saysWhoseLimitLeavesFewConnections() {
        Server limited = new Server(
                "15.4", "reports", "migrator", Optional.empty(), Optional.of(new Connections(LimitOf.USER, 10, 8)));

        assertThat(lines(report(new TargetCheck("PostgreSQL", 6, Optional.of(limited), List.of()), List.of())))
                .contains(
                        "PostgreSQL, database reports: version 15.4, TLS unknown, user migrator",
                        "  connections: 6 needed, 2 of 10 free (the user's limit): too few");
        assertThat(lines(report(new TargetCheck("PostgreSQL", 3, Optional.of(limited), List.of()), List.of())))
                .contains("  connections: 3 needed, 2 of 10 free (the user's limit): none for the lock");
    }

    @Test
    void makesAScriptOfWhatAVerificationNeedsToo() {
        TargetException unread = TargetException.lacking(
                "user m may not read all that verify() reads of table \"a\": grant SELECT on a to m",
                new Lack("user m may not read all that verify() reads of table \"a\"", "grant SELECT on a to m"));

        Plan plan = new Plan(
                new CheckReport(COUCH, List.of(), List.of(), OptionalLong.empty(), List.of(), List.of(unread)),
                Path.of("logs"));

        assertThat(plan.warnings())
                .containsExactly("user m may not read all that `migrator verify` reads of table \"a\"");
        assertThat(plan.grants())
                .containsExactly(
                        "-- user m may not read all that `migrator verify` reads of table \"a\"",
                        "grant SELECT on a to m;");
    }

    @Test
    void makesAScriptOfAStatementWhateverItsMessageSays() {
        TargetException named = TargetException.lacking(
                "user m lacks\nprivileges on \"a: grant SELECT on b to m\", password=x: grant SELECT on b to m, or not",
                new Lack(
                        "user m lacks\nprivileges on \"a: grant SELECT on b to m\", password=x",
                        "grant SELECT on b to m"));

        assertThat(new Plan(
                                new CheckReport(
                                        COUCH, List.of(), List.of(), OptionalLong.empty(), List.of(named), List.of()),
                                Path.of("logs"))
                        .grants())
                .containsExactly(
                        "-- user m lacks\\u000aprivileges on \"a: grant SELECT on b to m\", password=***",
                        "grant SELECT on b to m;");
    }

    @Test
    void makesAScriptOfWhatIsToBeGranted() {
        TargetException lacking = TargetException.lacking(
                "user migrator lacks privileges on table \"orders\": grant INSERT (\"id\") on \"orders\" to migrator",
                new Lack(
                        "user migrator lacks privileges on table \"orders\"",
                        "grant INSERT (\"id\") on \"orders\" to migrator"));
        CheckReport report = report(
                new TargetCheck("PostgreSQL", 6, Optional.empty(), List.of()),
                List.of(new SourceException("no database"), lacking, new TargetException("no table")));

        assertThat(new Plan(report, Path.of("logs")).grants())
                .containsExactly(
                        "-- user migrator lacks privileges on table \"orders\"",
                        "grant INSERT (\"id\") on \"orders\" to migrator;");
        assertThat(report.grants()).containsExactly("grant INSERT (\"id\") on \"orders\" to migrator");
    }

    private static CheckReport report(TargetCheck target, List<MigrationException> faults) {
        return new CheckReport(COUCH, List.of(target), List.of(), OptionalLong.of(1_000), faults, List.of());
    }

    private static StageCheck stage(String name, long documents, String description, long copies, long shards) {
        return new StageCheck(
                name,
                description,
                OptionalLong.of(documents),
                Optional.empty(),
                Optional.of(new Cluster(OptionalLong.of(copies), OptionalLong.of(shards))),
                Optional.empty());
    }

    private static StageCheck readByFields(StageCheck stage) {
        return new StageCheck(
                stage.stage(),
                stage.description(),
                stage.documents(),
                stage.skipped(),
                stage.cluster(),
                Optional.of(new Chosen(Reading.FIELDS, "documents of about 8712 bytes")));
    }

    private static List<String> lines(CheckReport report) {
        return new Plan(report, Path.of("logs")).lines();
    }
}
