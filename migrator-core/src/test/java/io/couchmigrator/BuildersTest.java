// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What a caller may get wrong is said where it is wrong, before anything runs. */
final class BuildersTest {
    private static final Writer<String> WRITER = (connection, changes) -> 0;

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "../a", "a/b", ".a", "-a", "a\n", "ä"})
    void refusesWhatMakesNoFileName(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Migration.builder(name))
                .withMessage("unexpected slug \"%s\": expected letters, digits and _ . - only".formatted(name));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Migration.builder("orders").logName(name))
                .withMessage("unexpected logName \"%s\": expected letters, digits and _ . - only".formatted(name));
    }

    @Test
    void refusesAMigrationWithoutStagesOrWithTwoOfOneName() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Migration.builder("m").build())
                .withMessage("migration \"m\" has no stage: add one before build()");
        assertThatIllegalStateException()
                .isThrownBy(() -> Migration.builder("m")
                        .stage(documents().build())
                        .stage(rows().build())
                        .build())
                .withMessage("migration \"m\" has two stages named \"orders\": rename one");
    }

    @Test
    void refusesAStageWithoutTransformOrWriter() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        DocumentStage.<String>builder("orders").writer(WRITER).build())
                .withMessage("stage \"orders\" has no transform: set one before build()");
        assertThatIllegalStateException()
                .isThrownBy(() -> TableStage.<String>builder("orders")
                        .transform((row, context) -> List.of())
                        .build())
                .withMessage("stage \"orders\" has no upsert or writer: set one before build()");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void refusesNumbersThatAreNotPositive(int number) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> documents().definition(number))
                .withMessage("unexpected definition of stage \"orders\": %d: expected 1 or more".formatted(number));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rows().definition(number))
                .withMessage("unexpected definition of stage \"orders\": %d: expected 1 or more".formatted(number));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> migrator().workers(number))
                .withMessage("unexpected workers: %d: expected 1 to 64".formatted(number));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> migrator().chunkSize(number))
                .withMessage("unexpected chunkSize: %d: expected 1 or more".formatted(number));
    }

    @Test
    void refusesASlugThatNamesFilesOfAnothersVerification() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Migration.builder("orders.verify"))
                .withMessage(
                        "unexpected slug \"orders.verify\": expected one that does not end with \".verify\", as the files of a verification do");
    }

    @ParameterizedTest
    @ValueSource(ints = {65, Integer.MAX_VALUE})
    void refusesMoreWorkersThanAStageHasRanges(int workers) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> migrator().workers(workers))
                .withMessage("unexpected workers: %d: expected 1 to 64".formatted(workers));
    }

    @Test
    void refusesTimesThatAreNegative() {
        Duration negative = Duration.ofMillis(-1);
        CouchServer.Builder server = CouchServer.builder("http://localhost");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> migrator().maxOutage(negative))
                .withMessage("unexpected maxOutage: PT-0.001S: expected zero or more");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> server.readTimeout(negative))
                .withMessage("unexpected readTimeout PT-0.001S: expected zero, or from 1 ms to 2147483647 ms");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> server.connectTimeout(negative))
                .withMessage("unexpected connectTimeout PT-0.001S: expected zero, or from 1 ms to 2147483647 ms");
    }

    @Test
    void refusesAMigratorWithoutWhatHasNoDefault() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Migrator.builder(migration()).build())
                .withMessage("migrator \"m\" has no source: set one before build()");
        Migrator.Builder builder = Migrator.builder(migration())
                .source(CouchServer.builder("http://localhost").build());
        assertThatIllegalStateException()
                .isThrownBy(builder::build)
                .withMessage("migrator \"m\" has no target: set one before build()");
        assertThatIllegalStateException()
                .isThrownBy(builder.target(new PGSimpleDataSource())::build)
                .withMessage("migrator \"m\" has no log directory: set one before build()");
        assertThat(builder.logDirectory(Path.of("logs")).build()).isNotNull();
    }

    @Test
    void refusesAnUpsertThatWouldChangeRowsOfAView() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Upsert.<String>into("orders")
                        .tableBehindView("orders_tbl")
                        .key("id", row -> row)
                        .onConflict(ConflictRule.UPDATE)
                        .build())
                .withMessageStartingWith("upsert into \"orders\" names a table behind a view and changes rows");
    }

    @Test
    void refusesAnUpsertWithoutAKeyOrWithTwo() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        Upsert.<String>into("orders").text("a", row -> row).build())
                .withMessage("upsert into \"orders\" has no key: set one before build()");
        assertThatIllegalStateException()
                .isThrownBy(() -> upsert().key("other", row -> row))
                .withMessage("upsert into \"orders\" has a second key \"other\": expected one");
    }

    @Test
    void refusesAnUpsertThatWritesAColumnTwice() {
        assertThatIllegalStateException()
                .isThrownBy(() -> upsert().text("id", row -> row).build())
                .withMessage("upsert into \"orders\" writes column \"id\" twice: name it once");
        assertThatIllegalStateException()
                .isThrownBy(() -> upsert().text("at", row -> row)
                        .expression("at", "now()")
                        .build())
                .withMessage("upsert into \"orders\" writes column \"at\" twice: name it once");
    }

    @Test
    @SuppressWarnings("NullAway")
    void refusesNullWhereItIsGiven() {
        assertThatNullPointerException().isThrownBy(() -> upsert().text("a", null));
        assertThatNullPointerException().isThrownBy(() -> upsert().integer(null, row -> 1));
        assertThatNullPointerException().isThrownBy(() -> upsert().column("a", null));
        assertThatNullPointerException().isThrownBy(() -> upsert().expression("a", null));
        assertThatNullPointerException()
                .isThrownBy(() -> Upsert.<String>into("a").key("a", null));
        assertThatNullPointerException().isThrownBy(() -> documents().fields("a", null));
        assertThatNullPointerException().isThrownBy(() -> documents().database(null));
        assertThatNullPointerException().isThrownBy(() -> rows().table((String) null));
        assertThatNullPointerException().isThrownBy(() -> Lookup.rows("table", null, "value"));
        assertThatNullPointerException().isThrownBy(() -> Lookup.documents(null));
        assertThatNullPointerException().isThrownBy(() -> migrator().target(null));
    }

    @Test
    @SuppressWarnings("NullAway")
    void namesWhatMustNotBeNull() {
        assertThatNullPointerException()
                .isThrownBy(() -> Migration.builder(null))
                .withMessage("slug");
        assertThatNullPointerException()
                .isThrownBy(() -> Migration.builder("m").logName(null))
                .withMessage("logName");
        assertThatNullPointerException()
                .isThrownBy(() -> migrator().shards(null))
                .withMessage("shards");
        assertThatNullPointerException()
                .isThrownBy(() -> migrator().maxOutage(null))
                .withMessage("maxOutage");
        assertThatNullPointerException()
                .isThrownBy(() -> migrator().tableSource(null, new PGSimpleDataSource()))
                .withMessage("stage");
        assertThatNullPointerException().isThrownBy(() -> upsert().router(null)).withMessage("router");
        assertThatNullPointerException()
                .isThrownBy(() -> upsert().tableBehindView((TableName) null))
                .withMessage("table");
        assertThatNullPointerException().isThrownBy(() -> TableName.of(null)).withMessage("name");
        assertThatNullPointerException()
                .isThrownBy(() -> TableName.of(null, "a"))
                .withMessage("schema");
        assertThatNullPointerException().isThrownBy(() -> TableName.parse(null)).withMessage("text");
    }

    @Test
    void readsTextsOnlyIfTold() {
        assertThat(documents().build().readsText()).isFalse();
        assertThat(documents().text().build().readsText()).isTrue();
    }

    @Test
    void namesStagesAfterWhatTheyReadUnlessTold() {
        assertThat(documents().build().database()).isEqualTo("orders");
        assertThat(documents().database("shop").build().description()).isEqualTo("shop");
        assertThat(rows().build().table()).hasToString("orders");
        assertThat(rows().build().primaryKey()).isEqualTo("id");
    }

    private static DocumentStage.Builder<String> documents() {
        return DocumentStage.<String>builder("orders")
                .transform((document, context) -> List.of())
                .writer(WRITER);
    }

    private static TableStage.Builder<String> rows() {
        return TableStage.<String>builder("orders")
                .transform((row, context) -> List.of())
                .writer(WRITER);
    }

    private static Upsert.Builder<String> upsert() {
        return Upsert.<String>into("orders").key("id", row -> row);
    }

    private static Migration migration() {
        return Migration.builder("m").stage(documents().build()).build();
    }

    private static Migrator.Builder migrator() {
        return Migrator.builder(migration());
    }
}
