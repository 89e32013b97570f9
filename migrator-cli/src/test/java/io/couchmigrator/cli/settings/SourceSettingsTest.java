// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

final class SourceSettingsTest {
    private final Map<String, String> environment = new HashMap<>(Map.of("PGHOST", "main", "PGDATABASE", "hq"));
    private final Faults faults = new Faults();

    @Test
    void takesFromTheEnvironmentWhatAnEntryDoesNotTell() {
        environment.put("PGUSER", "migrator");

        Map<String, DataSource> sources = read("""
                {"IcdsFile": {"PGDATABASE": "icds-ucr", "PGPASSWORD": "hunter2"},
                 "DemoUserRestore": {"jdbc-url": "jdbc:postgresql://other:6432/restores"}}
                """);

        assertThat(faults.messages()).isEmpty();
        assertThat(SourceSettings.lines(sources))
                .containsExactly(
                        "Rows of stage IcdsFile are read from main:5432/icds-ucr.",
                        "Rows of stage DemoUserRestore are read from other:6432/restores.");
        assertThat(((PGSimpleDataSource) sources.get("IcdsFile")).getUser()).isEqualTo("migrator");
        assertThat(((PGSimpleDataSource) sources.get("IcdsFile")).getPassword()).isEqualTo("hunter2");
    }

    @Test
    void tellsAllFaultsAtOnceAndNoPassword() {
        read("""
                {"IcdsFiles": {"PGDATABASE": "icds-ucr"},
                 "commcarehq": {"PGDATABASE": "x"},
                 "IcdsFile": {"PGPASSWORD": "hunter2", "PGHOTS": "h"},
                 "DemoUserRestore": "restores"}
                """);

        assertThat(faults.messages())
                .containsExactly(
                        "\"IcdsFiles\" in \"sources\" of migrator.json: no stage of this name reads a table: did you mean IcdsFile?",
                        "\"commcarehq\" in \"sources\" of migrator.json: no stage of this name reads a table: expected one of CaseUploadFileMeta, DemoUserRestore, IcdsFile",
                        "\"IcdsFile\" in \"sources\" of migrator.json: unknown key \"PGHOTS\": did you mean PGHOST?",
                        "\"IcdsFile\" in \"sources\" of migrator.json: expected either \"jdbc-url\", or at least one of \"PGHOST\", \"PGPORT\" and \"PGDATABASE\", for a database of its own",
                        "\"DemoUserRestore\" in \"sources\" of migrator.json: expected an object such as {\"PGHOST\": \"HOST\", \"PGDATABASE\": \"DATABASE\"}");
    }

    private Map<String, DataSource> read(String json) {
        DatabaseEntry entry = new DatabaseEntry("migrator.json", environment, new ArrayList<>());
        List<String> stages = List.of("CaseUploadFileMeta", "DemoUserRestore", "IcdsFile");
        return new SourceSettings(
                        JsonParser.parseString(json).getAsJsonObject(), "migrator.json", stages, entry, faults)
                .sources();
    }
}
