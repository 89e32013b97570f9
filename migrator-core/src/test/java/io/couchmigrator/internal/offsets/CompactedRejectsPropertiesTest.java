// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.Rejection;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;
import org.jspecify.annotations.Nullable;

/** A file of rejects that is compacted between runs says to each question what one says that only grows. */
final class CompactedRejectsPropertiesTest {
    private static final String SEED = "20261123";
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2018-10-24T20:58:39Z"), ZoneOffset.UTC);
    private static final List<String> STAGES = List.of("orders", "lines");
    private static final Kind[] FOUND = {Kind.MISSING, Kind.DIFFERENT};

    private @Nullable Path logs;

    @BeforeTry
    void makeDirectory() throws IOException {
        logs = Files.createTempDirectory("compacted");
    }

    @AfterTry
    void deleteDirectory() throws IOException {
        for (String name : List.of("grows.jsonl", "compacted.jsonl")) {
            Files.deleteIfExists(logs.resolve(name));
        }
        Files.delete(logs);
    }

    @Property(seed = SEED, tries = 100, edgeCases = EdgeCasesMode.NONE)
    void saysTheSameWheneverItIsCompacted(
            @ForAll @Size(min = 2, max = 4) List<@Size(min = 5, max = 20) List<@IntRange(max = 31) Integer>> runs)
            throws IOException {
        Path grows = logs.resolve("grows.jsonl");
        Path compacted = logs.resolve("compacted.jsonl");
        for (List<Integer> run : runs) {
            if (Files.exists(compacted)) {
                RejectEvents.read(compacted).compact();
            }
            try (RejectsFile one = RejectsFile.open(RejectEvents.read(grows), stage -> true, CLOCK);
                    RejectsFile other = RejectsFile.open(RejectEvents.read(compacted), stage -> true, CLOCK)) {
                for (int step : run) {
                    assertThat(taken(step, other)).isEqualTo(taken(step, one));
                    assertThat(counts(other)).isEqualTo(counts(one));
                }
                for (String stage : STAGES) {
                    assertThat(other.rejected(stage)).isEqualTo(one.rejected(stage));
                    assertThat(other.toWrite(stage)).isEqualTo(one.toWrite(stage));
                }
            }
            RejectEvents left = RejectEvents.read(compacted);
            assertThat(left.mark()).isEqualTo(RejectEvents.read(grows).mark());
            assertThat(asTheReadmeHasIt(compacted)).isEqualTo(asTheReadmeHasIt(grows));
        }
    }

    private static List<Long> counts(RejectsFile file) {
        return List.of(file.outstanding(), file.outstandingRejects(), file.outstandingAgain());
    }

    /** One of four steps with one of two items, at one of two revisions, in one of two ways. */
    private static boolean taken(int step, RejectsFile file) {
        String stage = STAGES.get(step / 4 % 2);
        SourceId id = new DocumentId("an id");
        String rev = "rev-" + step / 8 % 2;
        int way = step / 16;
        switch (step % 4) {
            case 0 ->
                file.rejected(
                        id, new Rejection(stage, "any", Optional.of(rev), "a code", "reason " + way), Optional.of(rev));
            case 1 -> {
                return file.toWrite(stage, id, rev, FOUND[way]);
            }
            case 2 -> {
                return file.resolved(stage, id, way == 0 ? Optional.of(rev) : Optional.empty());
            }
            default -> file.confirmed(stage, id);
        }
        return file.isRejected(stage, id);
    }

    /** The last line of each item, if it is still outstanding by it. */
    private static Map<String, String> asTheReadmeHasIt(Path path) throws IOException {
        Map<String, String> last = new LinkedHashMap<>();
        for (String line : Files.exists(path) ? Files.readAllLines(path) : List.<String>of()) {
            JsonObject event = JsonParser.parseString(line).getAsJsonObject();
            last.put(event.get("stage") + " " + event.get("doc_id"), line);
        }
        last.values().removeIf(line -> Set.of("resolved", "confirmed")
                .contains(JsonParser.parseString(line)
                        .getAsJsonObject()
                        .get("event")
                        .getAsString()));
        return last;
    }
}
