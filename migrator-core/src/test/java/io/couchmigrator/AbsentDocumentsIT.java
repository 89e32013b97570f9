// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A caller's writer that takes away the rows of documents that have none any more. */
@ExtendWith(MigratorExtension.class)
final class AbsentDocumentsIT {
    @TempDir
    private Path logs;

    private final Migration migration = Orders.migration(Orders.stage()
            .condition(order -> order.field("total").getAsInt() >= 0)
            .writer(AbsentDocumentsIT::mirror)
            .build());

    @Test
    void areToldOfWhetherTheyAreDeletedOrDoNotCountAnyMore(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 300);
        run(couch, database);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(300));
        JsonObject excluded = Orders.order(8, "c1");
        excluded.addProperty("total", -1);

        orders.delete(Orders.id(7));
        orders.put(excluded);
        Result result = run(couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).hasSize(298).doesNotContain(Orders.id(7), Orders.id(8));
    }

    @Test
    void areRejectedOnceWhereTheTargetKeepsTheirRowsAndGoOnceItDoesNot(CouchDouble couch, TestDatabase database)
            throws Exception {
        CouchDatabase orders = Orders.create(couch, database, 20);
        run(couch, database);
        database.execute("create table parts (of varchar(40) references orders (id)); insert into parts values ('"
                + Orders.id(7) + "')");

        orders.delete(Orders.id(7));
        Result refused = run(couch, database);
        database.execute("delete from parts");
        Result mended = run(couch, database);

        assertThat(refused.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(refused.tallies()).isEqualTo(new Tallies(1, 0, 0, 1, 0, 0));
        assertThat(mended.failures()).isEmpty();
        assertThat(mended.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).hasSize(19).doesNotContain(Orders.id(7));
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        return Orders.migrator(migration, couch, database, logs).build().run();
    }

    private static int mirror(Connection connection, List<Change<Document>> changes) throws SQLException {
        try (PreparedStatement deleting = connection.prepareStatement("delete from orders where id = ?")) {
            for (Change<Document> change : changes) {
                if (change instanceof Change.Absent<Document> absent) {
                    deleting.setString(1, absent.id());
                    deleting.execute();
                }
            }
        }
        return Orders.writer().prepared(connection).write(connection, changes);
    }
}
