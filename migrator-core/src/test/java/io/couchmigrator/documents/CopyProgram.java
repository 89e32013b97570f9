// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import io.couchmigrator.CouchServer;
import io.couchmigrator.Migrator;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** Another process, of whatever heap, that migrates and verifies, and says how each ended. */
final class CopyProgram {
    private CopyProgram() {}

    /**
     * Starts it.
     *
     * @param jvm options of the Java virtual machine
     * @param more what it takes beside servers and log directory
     */
    static Process start(List<String> jvm, CouchDouble couch, TestDatabase database, Path logs, String... more)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CopyProgram.class.getName()));
        command.addAll(List.of(couch.url(), database.jdbcUrl(), database.user(), database.password(), logs.toString()));
        command.addAll(List.of(more));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Takes the server, the target with its user and password, the log directory, and anything more to read all again. */
    public static void main(String[] arguments) {
        PGSimpleDataSource target = new PGSimpleDataSource();
        target.setUrl(arguments[1]);
        target.setUser(arguments[2]);
        target.setPassword(arguments[3]);
        Migrator migrator = Migrator.builder(Copies.migration())
                .source(CouchServer.builder(arguments[0]).build())
                .target(target)
                .logDirectory(Path.of(arguments[4]))
                .reread(arguments.length > 5)
                .build();
        System.out.println(migrator.run().outcome());
        System.out.println(migrator.verify().outcome());
    }
}
