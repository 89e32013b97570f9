// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code mvn package} puts together for an operator, beside the program itself. */
class DistributionIT {
    private static final Path BUILT = Path.of("target/migrator").toAbsolutePath();
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern JAR = Pattern.compile("(.+?)-(\\d[^/]*)\\.jar");

    @Test
    void hasNoDeadLinks() throws IOException {
        List<String> dead = new ArrayList<>();
        for (Path document : files(BUILT, ".md")) {
            LINK.matcher(Files.readString(document))
                    .results()
                    .map(link -> link.group(1).replaceFirst("#.*", ""))
                    .filter(link -> !link.isEmpty() && !link.matches("(https?|mailto):.*"))
                    .filter(link -> !Files.exists(document.resolveSibling(link)))
                    .forEach(link -> dead.add(BUILT.relativize(document) + " -> " + link));
        }

        assertThat(files(BUILT, ".md")).contains(BUILT.resolve("README.md"));
        assertThat(dead).isEmpty();
    }

    @Test
    void namesTheLicenceOfAllThatItBrings() throws IOException {
        assertNamesTheLicences(BUILT.resolve("licences/THIRD-PARTY.txt"), BUILT.resolve("lib"));
        assertNamesTheLicences(BUILT.resolve("demo/THIRD-PARTY.txt"), BUILT.resolve("demo"));
    }

    @Test
    void bringsTheTextsOfTheseLicences() throws IOException {
        assertThat(Files.readString(BUILT.resolve("LICENSE"))).contains("Apache License");
        assertThat(Files.readString(BUILT.resolve("NOTICE"))).contains("licences/THIRD-PARTY.txt");
        Path licences = BUILT.resolve("licences");
        assertThat(Files.readString(licences.resolve("EPL-1.0.txt"))).startsWith("Eclipse Public License");
        assertThat(Files.readString(licences.resolve("BSD-3-Clause.txt"))).startsWith("JLine");
        assertThat(Files.readString(licences.resolve("postgresql-jar/META-INF/LICENSE")))
                .contains("PostgreSQL Global Development Group");
        assertThat(Files.readString(licences.resolve("slf4j-api-jar/META-INF/LICENSE.txt")))
                .contains("QOS.ch");
    }

    @Test
    void namesTheCommitItWasBuiltFrom() throws Exception {
        assumeTrue(Files.exists(Path.of("../.git")));
        String commit = said("git", "rev-parse", "--short=12", "HEAD");

        assertThat(said(BUILT.resolve("bin/migrator").toString(), "--version"))
                .matches("migrator \\d+\\.\\d+\\.\\d+\\S* \\(commit %s(-dirty)?\\)".formatted(commit));
    }

    private static void assertNamesTheLicences(Path list, Path jars) throws IOException {
        List<String> lines = Files.readAllLines(list);
        for (Path jar : files(jars, ".jar")) {
            Matcher name = JAR.matcher(jar.getFileName().toString());
            assertThat(name.matches()).as("%s", jar).isTrue();
            String named = " +(\\([\\w.-]+\\) )+.*:%s:%s .*".formatted(name.group(1), Pattern.quote(name.group(2)));
            if (!name.group(1).startsWith("migrator-")) {
                assertThat(lines).as("%s", jar).anyMatch(line -> line.matches(named));
            }
        }
    }

    private static List<Path> files(Path directory, String end) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(end)).toList();
        }
    }

    private static String said(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.strip();
    }
}
