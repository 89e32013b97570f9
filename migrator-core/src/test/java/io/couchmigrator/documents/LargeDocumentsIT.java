// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** As large as CouchDB stores them, unless it is told to store larger ones. */
@ExtendWith(MigratorExtension.class)
final class LargeDocumentsIT {
    /** What takes the most room: quotes and backslashes, and a character for which Java takes two bytes for each. */
    private static final String HUNGRY = "\"a\":[\"" + "\\\"\",\"".repeat(1_580_000) + "\ud83d\ude00\"]";

    @TempDir
    private Path logs;

    @Test
    void passThroughASmallHeap(CouchDouble couch, TestDatabase database) throws Exception {
        Copies.createTable(database);
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(500));
        for (String id : new String[] {"d100-large", "d101-large", "d400-large"}) {
            shop.putRaw(
                    id,
                    "{\"_id\":\"%s\",\"_rev\":\"1-967a00dff5e02add41819138abb3284d\",%s}"
                            .formatted(id, HUNGRY)
                            .getBytes(StandardCharsets.UTF_8));
        }

        Process program = CopyProgram.start(List.of("-Xmx96m", "-XX:+UseSerialGC"), couch, database, logs);

        assertThat(program.getInputStream()).hasContent("COMPLETE\nCOMPLETE");
        assertThat(database.query("select jsonb_array_length(doc -> 'a') from shop where id like '%large'"))
                .containsExactly("1580001", "1580001", "1580001");
    }
}
