// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.faults.ScriptedFault;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Counting a large table takes minutes, and is for display alone. */
@ExtendWith(MigratorExtension.class)
final class TableCountIT {
    private static final int COUNT = 1_000;

    @TempDir
    private Path logs;

    private CouchDouble couch;
    private FaultyDataSource target;
    private ScriptedFault counting;

    record Part(String name) {}

    @BeforeEach
    void createTables(CouchDouble couch, TestDatabase database) throws Exception {
        this.couch = couch;
        database.execute("create table parts (id serial primary key, name text);"
                + " create table copies (name text primary key);"
                + " insert into parts (name) select 'p' || n from generate_series(1, %s) n".formatted(COUNT));
        target = FaultyDataSource.around(database.dataSource());
        counting = target.script(
                JdbcFault.meanwhile("select 1").on(JdbcStep.statements("select count(*) from \"parts\"")));
    }

    @Test
    void countsATableOnceHoweverOftenItsStageIsResumed() {
        for (int run = 0; run < 3; run++) {
            Stoppable stopped = new Stoppable();

            Result result = stopped.run(migrator()
                    .listener(new Listener() {
                        @Override
                        public void progressed(Progress progress) {
                            stopped.stop();
                        }
                    })
                    .build());

            assertThat(result.outcome()).isEqualTo(Outcome.STOPPED);
            assertThat(result.total()).isEqualTo(COUNT);
            assertThat(counting.hits()).isEqualTo(1);
        }
    }

    /** A table tells of no changes, so that all of it is read again. */
    @Test
    void countsATableOnceMoreWhereItIsReadOnceMore() {
        Result first = migrator().build().run();
        Result second = migrator().build().run();
        int runs = counting.hits();
        Result verified = migrator().build().verify();

        assertThat(List.of(first.outcome(), second.outcome(), verified.outcome()))
                .containsOnly(Outcome.COMPLETE);
        assertThat(List.of(first.total(), second.total(), verified.total())).containsOnly((long) COUNT);
        assertThat(runs).isEqualTo(2);
        assertThat(counting.hits()).isEqualTo(3);
    }

    @Test
    void countsATableWhereItIsOnlyChecked() {
        migrator().build().run();

        CheckReport report = migrator().build().check();

        assertThat(report.stages()).singleElement().satisfies(stage -> assertThat(stage.documents())
                .hasValue(COUNT));
    }

    private Migrator.Builder migrator() {
        Stage<?, ?> stage = TableStage.<Part>builder("parts")
                .columns("name")
                .transform((row, context) -> List.of(new Part(row.text("name").orElseThrow())))
                .upsert(Upsert.<Part>into("copies").key("name", Part::name).build())
                .build();
        return Migrator.builder(Migration.builder("parts").stage(stage).build())
                .source(CouchServer.builder(couch.url()).build())
                .target(target)
                .workers(1)
                .chunkSize(100)
                .logDirectory(logs);
    }
}
