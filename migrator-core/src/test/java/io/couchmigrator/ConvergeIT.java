// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Run and verify, as often as one likes: they agree, or say why they cannot. */
@ExtendWith(MigratorExtension.class)
final class ConvergeIT {
    private static final int COUNT = 20;

    @TempDir
    private Path logs;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "numeric(10,2); 12.505; 12.51",
                "numeric; 1.50; 1.50",
                "timestamptz(0); 2018-10-24T20:58:39.7Z; 2018-10-24 20:58:40+00",
                "interval second(0); 1.6 s; 00:00:02",
                "char(5); ab; ab",
                "char(3)[]; {ab,cd}; {\"ab \",\"cd \"}",
                "bit(8); 10110010; 10110010",
                "bit varying(8); 101; 101",
                "json; {\"a\":  1.0}; {\"a\":  1.0}",
                "jsonb; {\"b\": 1.0, \"a\": null}; {\"a\": null, \"b\": 1.0}",
                "xml; <a  b='c'/>; <a  b='c'/>",
                "point; 1.5,2; (1.5,2)",
                "real; 0.1; 0.1",
                "double precision; -0; -0",
                "varchar(5)[]; {a,b}; {a,b}",
                "bytea; \\xdeadbeef; \\xdeadbeef",
                "uuid; A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11; a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
            })
    void agreeOnAValueThatTheColumnStoresOtherwise(
            String type, String sent, String stored, CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("orders").put(Orders.order(0, sent));
        database.execute("create table orders (id text primary key, customer %s)".formatted(type));
        Upsert<Document> upsert = Upsert.<Document>into("orders")
                .key("id", Document::id)
                .column("customer", order -> order.field("customer").getAsString())
                .onConflict(ConflictRule.UPDATE)
                .build();
        Migrator.Builder migrator =
                Orders.migrator(Orders.migration(Orders.stage().upsert(upsert).build()), couch, database, logs);
        Result first = migrator.build().run();

        Result verified = migrator.build().verify();
        Result again = migrator.startOver(true).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select customer::text from orders")).containsExactly(stored);
        assertThat(verified.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(again.tallies().written()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "before insert or update | if new.total = 7 then new.customer := upper(new.customer); end if",
                "after insert | delete from orders where total = 7"
            })
    void tellOfARowThatATriggerChangesOrTakesAwayUntilTheTriggerIsGone(
            String event, String statement, CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        database.execute(
                "create function meddle() returns trigger language plpgsql as $$ begin %s; return new; end $$; create trigger meddle %s on orders for each row execute function meddle()"
                        .formatted(statement, event));
        Migrator migrator = migrator(couch, database);
        List<Result> meanwhile = List.of(migrator.run(), migrator.verify(), migrator.run(), migrator.verify());

        database.execute("drop trigger meddle on orders");
        Result mending = migrator.run();
        Result mended = migrator.verify();

        assertThat(meanwhile)
                .allSatisfy(result -> assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING))
                .allSatisfy(result -> assertThat(result.outstanding()).isOne());
        assertThat(List.of(mending.outcome(), mended.outcome())).containsOnly(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    /** Each run writes the row, and is right when it says so. */
    @ParameterizedTest
    @CsvSource({
        "update orders set customer = 'x' where total = 7, different, 0, 1",
        "delete from orders where total = 7, missing, 1, 0"
    })
    void tellOfARowThatSomebodyChangesOrTakesAwayAfterEachRunUntilNobodyDoes(
            String statement, String finding, long missing, long different, CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, COUNT);
        Migrator migrator = migrator(couch, database);
        Result first = migrator.run();
        database.execute(statement);
        Result found = migrator.verify();
        Result written = migrator.run();

        database.execute(statement);
        Result again = migrator.verify();
        Result run = migrator.run();
        database.execute(statement);
        Result last = migrator.verify();
        Result mending = migrator.run();
        Result mended = migrator.verify();
        Result complete = migrator.run();

        assertThat(List.of(first.outcome(), written.outcome())).containsOnly(Outcome.COMPLETE);
        assertThat(found.tallies().verified()).isEqualTo(new Verified(missing, different, 0, 0));
        for (Result stable : List.of(again, last)) {
            assertThat(stable.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
            assertThat(stable.tallies().verified()).isEqualTo(new Verified(missing, different, 0, 0, 0, 1));
        }
        assertThat(findings()).containsExactly(finding, finding + " again", finding + " again");
        for (Result stable : List.of(run, mending)) {
            assertThat(stable.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(stable.outstandingAgain()).isEqualTo(1);
        }
        assertThat(List.of(mended.outcome(), complete.outcome())).containsOnly(Outcome.COMPLETE);
    }

    /** In one batch or in two: the row can be as only one of them wants it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void tellOfTwoDocumentsWithOneKeyUntilOneOfThemIsGone(int chunkSize, CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 0);
        for (int number = 0; number < 4; number++) {
            orders.put(Orders.order(number, number == 3 ? "c0" : "c" + number));
        }
        Migrator migrator = Orders.migrator(
                        Orders.byCustomer(ConflictRule.UPDATE, (order, shards) -> 0), couch, database, logs)
                .chunkSize(chunkSize)
                .build();
        for (int round = 0; round < 3; round++) {
            migrator.run();
            assertThat(migrator.verify().outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        }

        Result run = migrator.run();
        Result verified = migrator.verify();
        orders.delete("o00003");
        migrator.run();
        Result mended = migrator.verify();
        Result complete = migrator.run();

        assertThat(run.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(verified.tallies().verified()).isEqualTo(new Verified(0, 1, 0, 0, 0, 1));
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(complete.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select total from orders where id = 'c0'")).containsExactly("0");
    }

    private Migrator migrator(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(
                        Orders.migration(Orders.stage()
                                .upsert(Orders.upsert()
                                        .onConflict(ConflictRule.UPDATE)
                                        .build())
                                .build()),
                        couch,
                        database,
                        logs)
                .build();
    }

    /** Returns what all verifications called what they found, in their order. */
    private List<String> findings() throws IOException {
        try (Stream<Path> files = Files.list(logs)) {
            return files.filter(file -> file.getFileName().toString().matches("orders-verify-\\w+\\.jsonl"))
                    .sorted()
                    .flatMap(ConvergeIT::lines)
                    .map(line -> JsonParser.parseString(line).getAsJsonObject())
                    .map(finding -> finding.get("finding").getAsString())
                    .toList();
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
