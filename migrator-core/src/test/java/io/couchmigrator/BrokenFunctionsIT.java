// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Functions of an embedding program that throw, or return what they must not, for one document of many. */
@ExtendWith(MigratorExtension.class)
final class BrokenFunctionsIT {
    private static final int COUNT = 30;
    private static final String CULPRIT = Orders.id(17);
    private static final String SECRET = "a secret of the document";
    private static final Lookup<String, Document> CUSTOMERS = Lookup.documents("customers", "name");

    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    /** Where a function of a stage is called. */
    enum Place {
        CONDITION("condition") {
            @Override
            DocumentStage.Builder<Document> stage(Consumer<Document> fault) {
                return Orders.stage().condition(order -> {
                    fault.accept(order);
                    return true;
                });
            }
        },
        LOOKUP("key function of a lookup") {
            @Override
            DocumentStage.Builder<Document> stage(Consumer<Document> fault) {
                return Orders.stage().lookup(CUSTOMERS, order -> {
                    fault.accept(order);
                    return List.of("c1");
                });
            }
        },
        TRANSFORM("transform") {
            @Override
            DocumentStage.Builder<Document> stage(Consumer<Document> fault) {
                return Orders.stage().transform((order, context) -> {
                    fault.accept(order);
                    return List.of(order);
                });
            }
        },
        COLUMN("writer or router") {
            @Override
            DocumentStage.Builder<Document> stage(Consumer<Document> fault) {
                return Orders.stage()
                        .upsert(Upsert.<Document>into("orders")
                                .key("id", order -> {
                                    fault.accept(order);
                                    return order.id();
                                })
                                .router((order, shards) -> 0)
                                .build());
            }
        },
        WRITER("writer") {
            @Override
            DocumentStage.Builder<Document> stage(Consumer<Document> fault) {
                Writer<Document> plain = (connection, orders) -> {
                    try (PreparedStatement statement =
                            connection.prepareStatement("insert into orders (id) values (?) on conflict do nothing")) {
                        for (Document order : Change.rows(orders)) {
                            fault.accept(order);
                            statement.setString(1, order.id());
                            statement.addBatch();
                        }
                        return statement.executeBatch().length;
                    }
                };
                return Orders.stage().writer(plain);
            }
        },
        ROUTER("writer or router") {
            @Override
            DocumentStage.Builder<Document> stage(Consumer<Document> fault) {
                return Orders.stage()
                        .upsert(Orders.upsert()
                                .router((order, shards) -> {
                                    fault.accept(order);
                                    return 0;
                                })
                                .build());
            }
        };

        private final String function;

        Place(String function) {
            this.function = function;
        }

        /** Returns a stage with a function there that begins with a fault. */
        abstract DocumentStage.Builder<Document> stage(Consumer<Document> fault);
    }

    @ParameterizedTest
    @EnumSource
    void endsTheRunNamingFunctionStageAndDocument(Place place, CouchDouble couch, TestDatabase database)
            throws Exception {
        create(couch, database);
        Stage<?, ?> broken = place.stage(BrokenFunctionsIT::breaks).build();

        assertThatThrownBy(
                        () -> migrator(broken, place, couch, database).build().run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the %s of stage \"orders\" failed on \"o00017\"".formatted(place.function))
                .hasMessageContaining("java.lang.NumberFormatException at ")
                .hasMessageContaining("BrokenFunctionsIT.breaks")
                .cause()
                .hasMessageStartingWith("java.lang.NumberFormatException")
                .satisfies(cause ->
                        assertThat(cause.getStackTrace()[0].getMethodName()).isEqualTo("breaks"));
        assertThat(recorder.lines()).noneMatch(line -> line.startsWith("rejected"));
        Result mended = migrator(place.stage(order -> {}).build(), place, couch, database)
                .build()
                .run();

        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @ParameterizedTest
    @EnumSource
    void rejectsTheDocumentAndWritesAllOthersWhereTheStageSaysSo(Place place, CouchDouble couch, TestDatabase database)
            throws Exception {
        create(couch, database);
        Stage<?, ?> broken = place.stage(BrokenFunctionsIT::breaks)
                .onTransformError(ErrorRule.REJECT)
                .build();

        Result result = migrator(broken, place, couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(recorder.lines()).contains("rejected orders o00017 transform-failed");
        assertThat(Orders.written(database)).isEqualTo(allButTheCulprit());
        assertThat(logs.resolve("orders.rejects.jsonl"))
                .content()
                .contains("the %s threw java.lang.NumberFormatException at ".formatted(place.function))
                .doesNotContain(SECRET);
    }

    @ParameterizedTest
    @EnumSource
    void takesARejectExceptionForARejectWhereverItIsThrown(Place place, CouchDouble couch, TestDatabase database)
            throws Exception {
        create(couch, database);
        Stage<?, ?> rejecting = place.stage(order -> {
                    if (order.id().equals(CULPRIT)) {
                        throw new RejectException("odd", "it is odd");
                    }
                })
                .build();

        Result result = migrator(rejecting, place, couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(recorder.lines()).contains("rejected orders o00017 odd");
        assertThat(Orders.written(database)).isEqualTo(allButTheCulprit());
    }

    /** The classic: a condition that is meant for the documents of an application meets a design document. */
    @Test
    void namesTheDesignDocumentOnWhichAConditionFails(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = create(couch, database);
        JsonObject design = new JsonObject();
        design.addProperty("_id", "_design/orders");
        design.add("customer", JsonNull.INSTANCE);
        orders.put(design);
        DocumentStage.Builder<Document> stage = Orders.stage()
                .condition(order -> order.field("customer").getAsString().startsWith("c"));

        assertThatThrownBy(() -> migrator(stage.build(), Place.CONDITION, couch, database)
                        .build()
                        .run())
                .hasMessageContaining("\"_design/orders\"")
                .hasMessageContaining("UnsupportedOperationException at io.couchmigrator.BrokenFunctionsIT");
        Result rejecting = migrator(stage.onTransformError(ErrorRule.REJECT).build(), Place.CONDITION, couch, database)
                .build()
                .run();

        assertThat(rejecting.tallies().rejected()).isEqualTo(1);
        assertThat(recorder.lines()).contains("rejected orders _design/orders transform-failed");
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    static Stream<Arguments> errors() {
        return Stream.<Supplier<Error>>of(
                        () -> new AssertionError(SECRET),
                        () -> new NoClassDefFoundError(SECRET),
                        () -> new StackOverflowError(SECRET))
                .map(error -> Arguments.of(Named.of(error.get().getClass().getSimpleName(), error)));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void takesAnErrorLikeAnyOtherException(Supplier<Error> error, CouchDouble couch, TestDatabase database)
            throws Exception {
        create(couch, database);
        DocumentStage.Builder<Document> stage = Place.TRANSFORM.stage(order -> {
            if (order.id().equals(CULPRIT)) {
                throw error.get();
            }
        });

        assertThatThrownBy(() -> migrator(stage.build(), Place.TRANSFORM, couch, database)
                        .build()
                        .run())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("\"o00017\"")
                .satisfies(e -> assertThat(stackTrace(e)).doesNotContain(SECRET));
        migrator(stage.onTransformError(ErrorRule.REJECT).build(), Place.TRANSFORM, couch, database)
                .build()
                .run();

        assertThat(Orders.written(database)).isEqualTo(allButTheCulprit());
    }

    static Stream<Arguments> wrongRows() {
        return Stream.of(
                Arguments.of("null: expected rows", null),
                Arguments.of("null among rows: expected none", Collections.singletonList(null)));
    }

    @ParameterizedTest
    @MethodSource("wrongRows")
    void namesTheDocumentForWhichATransformReturnsNull(
            String said, List<Document> rows, CouchDouble couch, TestDatabase database) throws Exception {
        create(couch, database);
        DocumentStage.Builder<Document> stage =
                Orders.stage().transform((order, context) -> order.id().equals(CULPRIT) ? rows : List.of(order));

        assertThatThrownBy(() -> migrator(stage.build(), Place.TRANSFORM, couch, database)
                        .build()
                        .run())
                .hasMessageContaining("the transform of stage \"orders\" failed on \"o00017\": it returned " + said);
        migrator(stage.onTransformError(ErrorRule.REJECT).build(), Place.TRANSFORM, couch, database)
                .build()
                .run();

        assertThat(Orders.written(database)).isEqualTo(allButTheCulprit());
    }

    @Test
    void namesTheDocumentForWhichALookupHasNullAmongItsKeys(CouchDouble couch, TestDatabase database) throws Exception {
        create(couch, database);
        Stage<?, ?> stage = Orders.stage()
                .lookup(CUSTOMERS, order -> Arrays.asList("c1", order.id().equals(CULPRIT) ? null : "c2"))
                .build();

        assertThatThrownBy(() ->
                        migrator(stage, Place.LOOKUP, couch, database).build().run())
                .hasMessageContaining("failed on \"o00017\": it returned null among keys");
    }

    /** CouchDB stores documents nested 20,000 deep, for which most functions that go into the depth have no stack. */
    @Test
    void rejectsADocumentNestedTooDeepForTheTransformAndWritesAllOthers(CouchDouble couch, TestDatabase database)
            throws Exception {
        nest(create(couch, database), 20_000);
        DocumentStage.Builder<Document> stage = Orders.stage().fields("nested").transform((order, context) -> {
            JsonObject entry = new JsonObject();
            entry.add("nested", order.field("nested"));
            context.log(entry);
            return List.of(order);
        });

        assertThatThrownBy(() -> migrator(stage.build(), Place.TRANSFORM, couch, database)
                        .build()
                        .run())
                .hasMessageContaining("\"o00017\"")
                .hasMessageContaining("java.lang.StackOverflowError");
        migrator(stage.onTransformError(ErrorRule.REJECT).build(), Place.TRANSFORM, couch, database)
                .build()
                .run();

        assertThat(recorder.lines()).contains("rejected orders o00017 transform-failed");
        assertThat(Orders.written(database)).isEqualTo(allButTheCulprit());
    }

    @Test
    void writesADocumentNestedDeepWhereTheTransformDoesNotMind(CouchDouble couch, TestDatabase database)
            throws Exception {
        nest(create(couch, database), 20_000);

        Result result = migrator(Orders.stage().fields("nested").build(), Place.TRANSFORM, couch, database)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** As the libraries do that turn errors of a database into exceptions of their own. */
    @Test
    void waitsOutAnErrorOfTheDatabaseThatAWriterHasWrapped(CouchDouble couch, TestDatabase database) throws Exception {
        create(couch, database);
        AtomicBoolean failed = new AtomicBoolean();
        Writer<Document> wrapping = (connection, orders) -> {
            if (failed.compareAndSet(false, true)) {
                throw new IllegalStateException(new SQLException("the server restarts", "57P01"));
            }
            return orders.size();
        };

        Result result = migrator(Orders.stage().writer(wrapping).build(), Place.WRITER, couch, database)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isEqualTo(COUNT);
    }

    /** What was committed before it broke stays counted as written. */
    @Test
    void countsWhatWasWrittenBeforeAWriterBroke(CouchDouble couch, TestDatabase database) throws Exception {
        create(couch, database);
        database.execute("alter table orders add constraint cheap check (total <> 3)");
        Writer<Document> writer = Orders.writer();
        Writer<Document> breaking = (connection, orders) -> {
            int written = writer.write(connection, orders);
            if (orders.stream().anyMatch(order -> order.id().equals(CULPRIT))) {
                throw new IllegalStateException("broken");
            }
            return written;
        };

        Result result = migrator(
                        Orders.stage()
                                .writer(breaking)
                                .onTransformError(ErrorRule.REJECT)
                                .build(),
                        Place.WRITER,
                        couch,
                        database)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.tallies()).isEqualTo(new Tallies(COUNT, COUNT - 2, 0, 2, COUNT - 2, 0));
    }

    @Test
    void rejectsSourceRowsTheSame(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute(Orders.TABLE);
        database.execute("create table old_orders (id serial primary key, customer text);"
                + "insert into old_orders (customer) select 'c' || i from generate_series(1, 20) i");
        TableStage<String> stage = TableStage.<String>builder("old_orders")
                .columns("customer")
                .lookup(Lookup.rows("old_orders", "id", "customer"), row -> {
                    breaks(row.id() == 3);
                    return List.of(row.id());
                })
                .transform((row, context) -> {
                    breaks(row.id() == 4);
                    return List.of("r" + row.id());
                })
                .onTransformError(ErrorRule.REJECT)
                .upsert(Upsert.<String>into("orders").key("id", id -> id).build())
                .build();

        Result result =
                migrator(stage, Place.TRANSFORM, couch, database).build().run();

        assertThat(result.tallies()).isEqualTo(new Tallies(20, 18, 0, 2, 18, 0));
        assertThat(recorder.lines())
                .contains("rejected old_orders 3 transform-failed", "rejected old_orders 4 transform-failed");
    }

    private static void breaks(Document order) {
        breaks(order.id().equals(CULPRIT));
    }

    private static void breaks(boolean now) {
        if (now) {
            throw new NumberFormatException("For input string: \"" + SECRET + "\"");
        }
    }

    private static CouchDatabase create(CouchDouble couch, TestDatabase database) throws SQLException {
        return CustomerOrders.create(couch, database, COUNT);
    }

    /** Gives the culprit a field that is nested, without a thread whose stack could not bear it. */
    private static void nest(CouchDatabase orders, int depth) throws InterruptedException {
        JsonObject culprit = Orders.order(17, "c3");
        JsonArray nested = new JsonArray();
        culprit.add("nested", nested);
        for (int i = 1; i < depth; i++) {
            JsonArray inner = new JsonArray();
            nested.add(inner);
            nested = inner;
        }
        Thread storing = new Thread(null, () -> orders.put(culprit), "storing", 256 << 20);
        storing.start();
        storing.join();
    }

    private static List<String> allButTheCulprit() {
        List<String> ids = new ArrayList<>(Orders.ids(COUNT));
        ids.remove(CULPRIT);
        return ids;
    }

    /** Only a sharded target asks a router. */
    private Migrator.Builder migrator(Stage<?, ?> stage, Place place, CouchDouble couch, TestDatabase database) {
        Migrator.Builder migrator =
                Orders.migrator(Orders.migration(stage), couch, database, logs).listener(recorder);
        return place == Place.ROUTER ? migrator.shards(Shards.map(List.of(database.dataSource()))) : migrator;
    }

    private static String stackTrace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
