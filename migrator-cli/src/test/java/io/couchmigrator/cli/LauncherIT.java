// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Starts the distribution that {@code mvn package} built, as an operator would. */
class LauncherIT {
    private static final Path BUILT = Path.of("target/migrator").toAbsolutePath();

    @TempDir
    private Path directory;

    @Test
    void startsThroughSymbolicLinksFromAnyDirectory() throws Exception {
        Path relative = Files.createSymbolicLink(
                directory.resolve("relative"), directory.toRealPath().relativize(BUILT.resolve("bin/migrator")));
        Path link = Files.createSymbolicLink(directory.resolve("a link"), relative.getFileName());

        Ended ended = start(Map.of(), link.toString(), "--version");

        assertThat(ended.status()).isZero();
        assertThat(ended.output()).matches("migrator \\d+\\.\\d+\\.\\d+.*\n");
    }

    @Test
    void startsFromADirectoryWithBlanksWithoutTheDemo() throws Exception {
        Path copy = copyOfTheProgram("a place with  blanks");

        Ended list = start(Map.of(), copy.resolve("bin/migrator").toString(), "list");
        Ended demo = start(Map.of(), copy.resolve("bin/migrator").toString(), "demo");

        assertThat(list.status()).isZero();
        assertThat(list.output()).contains("migrate_metadata ");
        assertThat(demo.status()).isEqualTo(2);
        assertThat(demo.output())
                .contains("demo cannot run from this installation")
                .doesNotContain("\tat ");
    }

    /** The second is installed nowhere: what it is called says nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"C", "xx_XX.UTF-8"})
    void passesWordsOnAsTheyAreWhateverTheLocale(String locale) throws Exception {
        Ended ended = start(Map.of("LC_ALL", locale, "TZ", "Asia/Kathmandu"), program(), "run", "a  b*ü\"'$x");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.output()).contains("unknown migration \"a  b*ü\"'$x\"");
    }

    @Test
    void takesItsOptionsForJavaFromMigratorOpts() throws Exception {
        Ended ended = start(Map.of("MIGRATOR_OPTS", "-Xmx64m  -Dmigrator.command=* -version"), program(), "list");

        assertThat(ended.status()).isZero();
        assertThat(ended.output()).contains("version").doesNotContain("migrate_metadata");
    }

    @ParameterizedTest
    @ValueSource(strings = {"MIGRATOR_OPTS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"})
    void leavesTheChoiceOfACollector(String variable) throws Exception {
        Ended ended = start(Map.of(variable, "-XX:+UseParallelGC"), program(), "list");

        assertThat(ended.output()).contains("migrate_metadata");
        assertThat(ended.status()).isZero();
    }

    @Test
    void saysThatJavaDoesNotStartWithMigratorOpts() throws Exception {
        Ended ended = start(Map.of("MIGRATOR_OPTS", "-Xmx64m -XX:+NoSuchOption"), program(), "list");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.output())
                .startsWith("migrator: Java does not start with MIGRATOR_OPTS=\"-Xmx64m -XX:+NoSuchOption\": ")
                .contains("NoSuchOption'");
    }

    /** Under this option Java leaves all signals to the system. */
    @Test
    void warnsThatSignalsEndARunAtOnceWhereJavaHandlesNone() throws Exception {
        Map<String, String> nobody = Map.of(
                "MIGRATOR_OPTS", "-Xrs", "COUCHDB_URL", "http://127.0.0.1:1/", "PGHOST", "127.0.0.1", "PGPORT", "1");

        Ended ended = start(
                nobody,
                program(),
                "run",
                "migrate_metadata",
                "--log-dir=" + directory.resolve("logs"),
                "--max-outage=0s");

        assertThat(ended.status()).as(ended.output()).isEqualTo(4);
        assertThat(ended.output())
                .contains(
                        "Warning: this Java runtime handles no signals, so that they end the program at once: start it without -Xrs, and with the module jdk.unsupported\n");
    }

    @Test
    void saysWhichJavaItFoundWhereItIsTooOld() throws Exception {
        Path old = Files.createDirectories(directory.resolve("jdk8/bin"));
        program(old.resolve("java"), "echo 'openjdk version \"1.8.0_392\"' >&2");

        Ended ended = start(Map.of("JAVA_HOME", directory.resolve("jdk8").toString()), program(), "list");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.output()).contains("found Java 1.8.0_392 at " + old.resolve("java"), "Java 17 or later");
    }

    @Test
    void readsTheVersionFromTheReleaseFileWithoutStartingJava() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("jdk11/bin"));
        program(bin.resolve("java"), "exit 99");
        Files.writeString(directory.resolve("jdk11/release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"11.0.21\"\n");

        Ended ended = start(Map.of("JAVA_HOME", directory.resolve("jdk11").toString()), program(), "list");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.output()).contains("found Java 11.0.21 at ");
    }

    /** The Java that it starts inherits what it ignores. */
    @Test
    void isNotKilledByWhoAsksHowFarItIs() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("jdk17/bin"));
        program(bin.resolve("java"), "kill -USR1 $$; echo alive");
        Files.writeString(directory.resolve("jdk17/release"), "JAVA_VERSION=\"17.0.9\"\n");

        Ended ended = start(Map.of("JAVA_HOME", directory.resolve("jdk17").toString()), program(), "list");

        assertThat(ended.output()).isEqualTo("alive\n");
        assertThat(ended.status()).isZero();
    }

    @Test
    void hasTheSystemTellItsErrorsInEnglish() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("jdk17/bin"));
        program(bin.resolve("java"), "echo $LANGUAGE");
        Files.writeString(directory.resolve("jdk17/release"), "JAVA_VERSION=\"17.0.9\"\n");
        Map<String, String> german = Map.of(
                "JAVA_HOME", directory.resolve("jdk17").toString(), "LC_ALL", "de_DE.UTF-8", "LANGUAGE", "de:en");

        assertThat(start(german, program(), "list").output()).isEqualTo("C\n");
    }

    /** As {@code migrator --version | cat} shows, which ends with the last who holds its output. */
    @Test
    void holdsNoStreamWhileTheArchiveOfClassesIsMade() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("jdk17/bin"));
        program(bin.resolve("java"), """
                for word in "$@"; do
                    case $word in
                        -XX:DumpLoadedClassList=*) echo io/couchmigrator/internal/run/Ending >"${word#*=}" ;;
                        -Xshare:dump) echo making; touch making; until [ -e told ]; do sleep 0.1; done; touch made ;;
                    esac
                done
                echo ended""");
        Files.writeString(directory.resolve("jdk17/release"), "JAVA_VERSION=\"17.0.9\"\n");
        Map<String, String> environment = Map.of(
                "JAVA_HOME", directory.resolve("jdk17").toString(),
                "XDG_CACHE_HOME", directory.resolve("cache").toString());
        start(environment, program(), "run");

        Ended ended = start(environment, program(), "--version");

        assertThat(ended.output()).isEqualTo("ended\n");
        assertThat(directory.resolve("made")).doesNotExist();
        await().until(() -> Files.exists(directory.resolve("making")));
        Files.createFile(directory.resolve("told"));
        await().until(() -> Files.exists(directory.resolve("made")));
    }

    @Test
    void saysThatThereIsNoJava() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        for (String tool : List.of("dirname", "readlink", "sed", "head")) {
            Files.createSymbolicLink(bin.resolve(tool), which(tool));
        }

        Ended nowhere = start(Map.of("PATH", bin.toString(), "JAVA_HOME", ""), program(), "list");
        Ended elsewhere = start(Map.of("JAVA_HOME", directory.toString()), program(), "list");

        assertThat(nowhere.status()).isEqualTo(2);
        assertThat(nowhere.output()).contains("found no java on the PATH", "Java 17 or later");
        assertThat(elsewhere.status()).isEqualTo(2);
        assertThat(elsewhere.output()).contains("JAVA_HOME is " + directory, "Java 17 or later");
    }

    @Test
    void saysThatTheJavaItFoundDoesNotStart() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("jdk/bin"));
        program(bin.resolve("java"), "echo 'cannot execute binary file' >&2; exit 126");

        Ended ended = start(Map.of("JAVA_HOME", directory.resolve("jdk").toString()), program(), "list");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.output())
                .startsWith("migrator: %s does not start: cannot execute binary file. Java 17 or later is needed: "
                        .formatted(bin.resolve("java")));
    }

    @Test
    void saysThatItCannotFollowALink() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), BUILT.resolve("bin/migrator"));

        Ended ended = start(Map.of("PATH", directory.toString()), link.toString(), "list");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.output())
                .contains(
                        "migrator: cannot follow the link %s: readlink is missing: install it, or start the program that it leads to\n"
                                .formatted(link));
    }

    /** Who stands in the directory of the program starts it all the same. The super-user may enter any. */
    @Test
    void saysThatItCannotEnterTheDirectoryAbove() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("above/bin"));
        Files.copy(BUILT.resolve("bin/migrator"), bin.resolve("migrator"));
        Files.setPosixFilePermissions(bin, PosixFilePermissions.fromString("rwxr-xr-x"));
        String asAnother = System.getProperty("user.name").equals("root")
                ? "setpriv --reuid=65534 --regid=65534 --clear-groups "
                : "";

        Ended ended = start(
                Map.of(),
                "/bin/sh",
                "-c",
                "cd above/bin && chmod 600 .. && %s./migrator list; status=$?; chmod 700 ..; exit $status"
                        .formatted(asAnother));

        assertThat(ended.output())
                .isEqualTo(
                        "migrator: cannot enter ./..: it is gone, or this user may not: chmod a+x it, or unpack the archive elsewhere\n");
        assertThat(ended.status()).isEqualTo(2);
    }

    @Test
    void saysThatItCannotRunFromADirectoryWithAColon() throws Exception {
        Path bin = Files.createDirectories(directory.resolve("a:b/bin"));
        Path copy = Files.copy(BUILT.resolve("bin/migrator"), bin.resolve("migrator"));

        Ended ended = start(Map.of(), copy.toString(), "list");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.output())
                .isEqualTo("migrator: cannot run from %s: Java's class path takes no directory with a colon; move it\n"
                        .formatted(bin.getParent().toRealPath()));
    }

    @Test
    void saysThatTheRestOfTheProgramIsMissing() throws Exception {
        Path lonely = Files.copy(BUILT.resolve("bin/migrator"), directory.resolve("migrator"));

        Ended ended = start(Map.of(), lonely.toString(), "list");

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.output()).contains("cannot find", "lib");
    }

    private static String program() {
        return BUILT.resolve("bin/migrator").toString();
    }

    private static Path which(String tool) {
        return Stream.of("/usr/bin", "/bin")
                .map(bin -> Path.of(bin, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow();
    }

    private static void program(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path copyOfTheProgram(String name) throws IOException {
        Path copy = Files.createDirectory(directory.resolve(name));
        for (String part : List.of("bin", "lib")) {
            Files.createDirectory(copy.resolve(part));
            try (Stream<Path> files = Files.list(BUILT.resolve(part))) {
                for (Path file : files.toList()) {
                    Files.copy(file, copy.resolve(part).resolve(file.getFileName()));
                }
            }
        }
        return copy;
    }

    private Ended start(Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("COUCHDB_") || name.startsWith("PG"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), output);
    }

    private record Ended(int status, String output) {}
}
