// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import io.couchmigrator.CouchServer;
import io.couchmigrator.Migrator;
import java.nio.file.Path;
import org.postgresql.ds.PGSimpleDataSource;

/** Another process, of whatever heap, that migrates and verifies, and says how each ended. */
final class CopyProgram {
    private CopyProgram() {}

    /** Takes the server, the target with its user and password, and the log directory. */
    public static void main(String[] arguments) {
        PGSimpleDataSource target = new PGSimpleDataSource();
        target.setUrl(arguments[1]);
        target.setUser(arguments[2]);
        target.setPassword(arguments[3]);
        Migrator migrator = Migrator.builder(Copies.migration())
                .source(CouchServer.builder(arguments[0]).build())
                .target(target)
                .logDirectory(Path.of(arguments[4]))
                .build();
        System.out.println(migrator.run().outcome());
        System.out.println(migrator.verify().outcome());
    }
}
