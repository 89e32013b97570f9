// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The launcher has Java share classes among starts, and no start fails for it. */
@ExtendWith(MigratorExtension.class)
class ClassSharingIT {
    private static final String SHARED = "io.couchmigrator.internal.run.Run source: shared objects file";

    @TempDir
    private Path directory;

    private Operator operator;
    private Path caches;
    private Path loaded;

    @BeforeEach
    void nameServers(CouchDouble couch, TestDatabase database) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", "a");
        couch.create("orders").put(document);
        caches = directory.resolve("the caches");
        loaded = directory.resolve("classes.txt");
        operator = new Operator(List.of(Operator.program()), "documents", couch, database, directory.resolve("logs"))
                .with("XDG_CACHE_HOME", caches.toString());
    }

    @Test
    void sharesTheClassesThatTheFirstRunLoadedFromTheThirdOnAndGoesOnWithoutWhereTheArchiveIsDamaged()
            throws Exception {
        runs();
        assertThat(cached()).singleElement().asString().endsWith(".classes");
        runs();
        await().atMost(Duration.ofMinutes(2)).until(() -> isArchive(cached()));
        Path archive = cached().get(0);
        operator.with("MIGRATOR_OPTS", "-Xlog:class+load:file=" + loaded);

        runs();
        assertThat(Files.readString(loaded)).contains(SHARED);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(caches.resolve("couch-migrator"))))
                .isEqualTo("rwx------");

        // A recording looks at each class, which Java fails to find where a jar has it for some versions of Java alone.
        operator.with(
                "MIGRATOR_OPTS",
                "-Xlog:class+load:file=%s -Xlog:jfr*=off -XX:StartFlightRecording=filename=%s"
                        .formatted(loaded, directory.resolve("run.jfr")));
        runs();
        assertThat(Files.readString(loaded)).contains(SHARED);
        operator.with("MIGRATOR_OPTS", "-Xlog:class+load:file=" + loaded);

        damage(archive);
        runs();
        assertThat(Files.readString(loaded)).doesNotContain(SHARED);

        cut(archive);
        runs();
        assertThat(Files.readString(loaded)).doesNotContain(SHARED);
        assertThat(archive).doesNotExist();
    }

    @Test
    void goesOnWithoutWhereNothingCanBeKept() throws Exception {
        Files.writeString(caches, "a file in the place of a directory");
        runs();
        runs();
        operator.with("XDG_CACHE_HOME", "relative");
        runs();
        Path home = directory.resolve("a home");
        operator.with("XDG_CACHE_HOME", "").with("HOME", home.toString());
        runs();

        assertThat(caches).isRegularFile();
        assertThat(Path.of("relative")).doesNotExist();
        assertThat(home).doesNotExist();
    }

    /** Whoever may write there could have Java run what they like. */
    @Test
    void loadsNothingThroughALink() throws Exception {
        Path elsewhere = Files.createDirectories(directory.resolve("elsewhere"));
        Files.createDirectory(caches);
        Files.createSymbolicLink(caches.resolve("couch-migrator"), elsewhere);

        runs();

        assertThat(elsewhere).isEmptyDirectory();
    }

    private void runs() throws Exception {
        Operator.Ended ended = operator.runs("--couch-db=orders");
        assertThat(ended.status()).as(ended.console()).isZero();
        assertThat(ended.console()).doesNotContain("warning", "CDS", "rchive");
    }

    private List<Path> cached() throws IOException {
        try (Stream<Path> files = Files.list(caches.resolve("couch-migrator"))) {
            return files.toList();
        }
    }

    private static boolean isArchive(List<Path> files) {
        return files.size() == 1 && files.get(0).toString().endsWith(".jsa");
    }

    private static void damage(Path archive) throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        int middle = bytes.length / 2;
        Arrays.fill(bytes, middle, middle + 4096, (byte) 0x5a);
        rewrite(archive, bytes);
    }

    private static void cut(Path archive) throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        rewrite(archive, Arrays.copyOf(bytes, bytes.length / 2));
    }

    private static void rewrite(Path archive, byte[] bytes) throws IOException {
        Files.setPosixFilePermissions(archive, PosixFilePermissions.fromString("rw-------"));
        Files.write(archive, bytes);
    }
}
