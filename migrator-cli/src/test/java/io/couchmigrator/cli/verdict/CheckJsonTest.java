// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
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
import io.couchmigrator.TableName;
import io.couchmigrator.TargetException;
import io.couchmigrator.TargetException.Lack;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class CheckJsonTest {
    @Test
    void tellsWhatACheckFoundAndNullOfWhatIsNotKnown() {
        CheckReport report = new CheckReport(
                new SourceCheck("CouchDB at http://couch/", Optional.empty(), false),
                List.of(
                        new TargetCheck(
                                "PostgreSQL at pg:5432/shop",
                                6,
                                Optional.of(new Server(
                                        "15.4",
                                        "shop",
                                        "migrator",
                                        Optional.of(true),
                                        Optional.of(new Connections(LimitOf.SERVER, 97, 14)))),
                                List.of(new TableCheck(TableName.of("documents"), State.COUNTED, OptionalLong.of(7)))),
                        new TargetCheck("PostgreSQL", 1, Optional.empty(), List.of())),
                List.of(
                        new StageCheck(
                                "shop",
                                "all",
                                OptionalLong.of(24_000),
                                Optional.empty(),
                                Optional.of(new Cluster(OptionalLong.of(3), OptionalLong.empty())),
                                Optional.of(new Chosen(Reading.FIELDS, "documents of about 8712 bytes"))),
                        new StageCheck(
                                "old",
                                "all",
                                OptionalLong.empty(),
                                Optional.of("it is gone"),
                                Optional.empty(),
                                Optional.empty())),
                OptionalLong.empty(),
                List.of(TargetException.lacking(
                        "no right\u0085: run() again", new Lack("no right", "grant select on documents to migrator"))),
                List.of());

        String json = CheckJson.of(new CheckVerdict("documents", report), Path.of("logs"), "migrator check");

        assertThat(json).doesNotContain("\u0085", "\n");
        assertThat(JsonParser.parseString(json)).isEqualTo(JsonParser.parseString("""
                {
                  "slug": "documents", "exit_status": 4,
                  "faults": [{
                    "outcome": "TARGET_FAILED", "message": "no right\\u0085: `migrator run` again",
                    "grant": "grant select on documents to migrator"
                  }],
                  "verify_faults": [],
                  "source": {"name": "CouchDB at http://couch/", "version": null, "tls": false},
                  "targets": [
                    {
                      "name": "PostgreSQL at pg:5432/shop", "connections_needed": 6,
                      "server": {
                        "version": "15.4", "database": "shop", "user": "migrator", "tls": true,
                        "max_connections": 97, "free_connections": 83, "limit_of": "server"
                      },
                      "tables": [{"name": "documents", "state": "counted", "rows": 7}]
                    },
                    {"name": "PostgreSQL", "connections_needed": 1, "server": null, "tables": []}
                  ],
                  "log_directory": "logs", "free_bytes": null,
                  "stages": [
                    {
                      "stage": "shop", "description": "all", "documents": 24000, "skipped": null,
                      "cluster": {"copies": 3, "shards": null},
                      "reading": {"reading": "fields", "reason": "documents of about 8712 bytes"}
                    },
                    {"stage": "old", "description": "all", "documents": null, "skipped": "it is gone", "cluster": null, "reading": null}
                  ],
                  "next": "migrator check"
                }
                """));
    }
}
