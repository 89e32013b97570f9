// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonPrimitive;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.internal.Damage;
import io.couchmigrator.internal.files.LogDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.jspecify.annotations.Nullable;

/** Files of the log directory that somebody edited, or that a disk did not keep: refused by name, or read as they are. */
final class DamagedFilesPropertiesTest {
    private static final String SEED = "20261122";
    private static final Instant NOW = Instant.parse("2018-10-24T20:58:39Z");

    private static final String REJECTS = """
            {"event":"rejected","at":"2026-11-22T17:06:08Z","stage":"orders","doc_id":"o1","rev":"1-a","code":"wrong-type","reason":"x"}
            {"event":"missing","at":"2026-11-22T17:06:08Z","stage":"orders","doc_id":"o2"}
            {"event":"resolved","at":"2026-11-22T17:06:09Z","stage":"orders","doc_id":"o1"}
            {"event":"rejected","at":"2026-11-22T17:06:08Z","stage":"lines","doc_id":7,"rev":null,"code":"wrong-type","reason":"x"}
            """;

    private @Nullable Path logs;

    @BeforeProperty
    void makeDirectory() throws IOException {
        logs = Files.createTempDirectory("damaged");
    }

    @AfterProperty
    void deleteDirectory() throws IOException {
        try (var files = Files.walk(logs)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Property(seed = SEED, tries = 10_000, edgeCases = EdgeCasesMode.NONE)
    void readsAnOffsetFileOrSaysWhatIsWrongWithIt(@ForAll(supplier = Damage.Any.class) Damage damage)
            throws IOException {
        try (LogDirectory directory = LogDirectory.open(logs, "orders", "run", NOW)) {
            OffsetFile file = new OffsetFile(directory);
            file.save(OffsetFileTest.offsets(new JsonPrimitive("12-g1AAAA")));
            Files.write(directory.offsets(), damage.of(Files.readAllBytes(directory.offsets())));

            Throwable refusal = catchThrowable(file::load);

            if (refusal == null) {
                Optional<Offsets> read = file.load();
                file.save(read.orElseThrow());
                assertThat(file.load()).isEqualTo(read);
            } else {
                assertThat(refusal)
                        .isInstanceOf(OffsetsRefusedException.class)
                        .hasMessageContaining("offset file \"" + directory.offsets() + "\"")
                        .message()
                        .matches(
                                "(?s).*(line \\d+|\\$[.\\w\\[\\]]+|seen format|UTF-8|no JSON object|ends too early).*");
            }
        }
    }

    @Property(seed = SEED, tries = 10_000, edgeCases = EdgeCasesMode.NONE)
    void readsARejectsFileOrNamesTheLine(@ForAll(supplier = Damage.Any.class) Damage damage) throws IOException {
        Path file = logs.resolve("orders.rejects.jsonl");
        Files.write(file, damage.of(REJECTS.getBytes(StandardCharsets.UTF_8)));

        Throwable refusal = catchThrowable(() -> RejectEvents.read(file));

        if (refusal != null) {
            assertThat(refusal)
                    .isInstanceOf(OffsetsRefusedException.class)
                    .hasMessageContaining("\"" + file + "\"")
                    .message()
                    .matches("(?s).*(line \\d+|UTF-8|MalformedInput).*");
        }
    }
}
