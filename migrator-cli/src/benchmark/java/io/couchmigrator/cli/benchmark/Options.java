// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.CouchServer.Reading;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What is measured, from the system properties {@code benchmark.…}, whose defaults stand in the profile of the pom.
 *
 * @param what which of the things there are to measure
 * @param documents how many documents, one measurement each
 * @param bytes the size of a document
 * @param largeDocuments how many of them are large instead
 * @param largeBytes the size of a large one
 * @param workers readers of the drain, connections of the writing, workers of the migration
 * @param chunkSize the most documents, or rows, in a batch
 * @param repetitions how often each phase is measured
 * @param readings how the migration reads documents; each way is measured
 * @param networks what lies between the program and CouchDB; each choice is measured
 * @param jvmOptions options of the migrating JVM; each choice of them is measured
 * @param databases into how many databases the rows go, a power of two; each choice is measured, more than one as shards
 * @param doubleHeap the most heap of the CouchDB double, as {@code -Xmx} takes it
 * @param program {@code bin/migrator}
 * @param directory where reports and logs go
 */
record Options(
        What what,
        List<Integer> documents,
        int bytes,
        int largeDocuments,
        int largeBytes,
        int workers,
        int chunkSize,
        int repetitions,
        List<Reading> readings,
        List<Network> networks,
        List<String> jvmOptions,
        List<Integer> databases,
        String doubleHeap,
        Path program,
        Path directory) {
    private static final String PREFIX = "benchmark.";

    Options {
        if (what != What.MIGRATION && !readings.equals(List.of(Reading.AUTO))) {
            throw new IllegalArgumentException(
                    "%sread is set with %swhat=%s: only a migration has ways of reading to choose from; leave one out"
                            .formatted(PREFIX, PREFIX, what.name().toLowerCase(Locale.ROOT)));
        }
        if (!what.reads() && !networks.stream().allMatch(Network::isNone)) {
            throw new IllegalArgumentException(
                    "%snetwork is set with %swhat=%s, which reads from no CouchDB: leave one out"
                            .formatted(PREFIX, PREFIX, what.name().toLowerCase(Locale.ROOT)));
        }
    }

    /** What can be measured. */
    enum What {
        /** The migration of the blobs' metadata. */
        MIGRATION,
        /** That of documents as they are. */
        DOCUMENTS,
        /** Ways to write a batch of the former's rows. */
        UPSERTS,
        /** Ways to write a batch of the latter's. */
        COPIES;

        /** Returns whether CouchDB is read. */
        boolean reads() {
            return this == MIGRATION || this == DOCUMENTS;
        }
    }

    static Options fromSystemProperties() {
        return new Options(
                What.valueOf(text("what").toUpperCase(Locale.ROOT)),
                numbers("documents"),
                number("bytes"),
                number("largeDocuments"),
                number("largeBytes"),
                number("workers"),
                number("chunkSize"),
                number("repetitions"),
                words("read").map(Options::reading).toList(),
                words("network").map(Network::of).toList(),
                Arrays.stream(text("jvm").split("[|]", -1)).map(String::strip).toList(),
                numbers("databases"),
                text("doubleHeap"),
                Path.of(text("program")).toAbsolutePath(),
                Path.of(text("directory")).toAbsolutePath());
    }

    /** Returns the server to read from, with its credentials; empty for the double. */
    static Optional<URI> server() {
        return Optional.ofNullable(System.getenv("MIGRATOR_TEST_COUCHDB_URL"))
                .filter(url -> !url.isBlank())
                .map(URI::create);
    }

    /** Returns the properties as they were given. */
    static Map<String, String> properties() {
        Map<String, String> properties = new TreeMap<>();
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith(PREFIX)) {
                properties.put(name, System.getProperty(name));
            }
        }
        return properties;
    }

    private static Reading reading(String word) {
        return Arrays.stream(Reading.values())
                .filter(reading -> reading.name().toLowerCase(Locale.ROOT).equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "%sread is \"%s\": expected auto, whole or fields".formatted(PREFIX, word)));
    }

    private static List<Integer> numbers(String name) {
        return words(name).map(Integer::valueOf).toList();
    }

    private static Stream<String> words(String name) {
        return Arrays.stream(text(name).split(",")).map(String::strip);
    }

    private static int number(String name) {
        return Integer.parseInt(text(name).strip());
    }

    private static String text(String name) {
        String value = System.getProperty(PREFIX + name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "property %s%s is not set: run this by mvn -Pbenchmark verify, which sets it"
                            .formatted(PREFIX, name));
        }
        return value;
    }
}
