// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.Listener;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.Progress;
import io.couchmigrator.Progress.Speed;
import io.couchmigrator.Progress.Whole;
import io.couchmigrator.Rejection;
import io.couchmigrator.Tallies;
import io.couchmigrator.cli.verdict.Ending;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Holds the events to docs/reference/events.md. */
final class EventListenerTest {
    private static final Instant NOON = Instant.parse("2018-10-24T12:00:00Z");
    private static final Path FILE = Path.of("logs/file");
    private static final Progress PROGRESS = new Progress(
            "orders",
            "every order",
            10,
            7,
            1,
            4,
            1,
            1,
            8,
            Duration.ofMillis(1_500),
            Optional.of(new Speed(4.04, 404.4)),
            Optional.of(Duration.ofSeconds(2)),
            new Whole(17, OptionalLong.of(30), Optional.of(Duration.ofSeconds(9))));

    private final List<JsonObject> events = new ArrayList<>();
    private Instant now = NOON;
    private Duration passed = Duration.ZERO;
    private final EventListener listener = new EventListener(
            new Events(line -> events.add(JsonParser.parseString(line).getAsJsonObject()), () -> now),
            () -> passed.toNanos() - 5);

    @Test
    void tellsEveryCallInAnEventWhoseMembersThePageNames() throws IOException {
        Wait wait = new Wait(
                Wait.Kind.OUTAGE,
                "CouchDB",
                "refused by http://a:hunter2@couch/",
                NOON,
                Optional.of(NOON.plusSeconds(60)));
        listener.started(FILE);
        listener.setAside(FILE);
        listener.stageStarted(PROGRESS, FILE);
        listener.readingChosen("orders", new Chosen(Reading.FIELDS, "documents of about 8712 bytes"));
        listener.progressed(PROGRESS);
        listener.stageRead(PROGRESS);
        listener.stageWasComplete("orders", NOON, OptionalLong.of(1));
        listener.stageSkipped("orders", "its table is not there");
        listener.catchingUp("orders", OptionalLong.of(2));
        listener.caughtUp("orders", 1, 2, 3);
        listener.stageFinished("orders", 1, FILE);
        listener.stageLogged("orders", Map.of("odd", 1L), FILE);
        listener.stageVerified("orders", Tallies.NONE, FILE);
        listener.retrying(wait);
        listener.waiting(wait);
        listener.resumed(wait);
        listener.throttled(FILE, 100);
        listener.rejected(new Rejection("orders", "a", Optional.of("1-b"), "unreadable", "it breaks"));
        listener.resolved("orders", "a");
        listener.warned("a view");

        String page = Files.readString(Path.of("../docs/reference/events.md"));
        assertThat(events).hasSize(calls().size()).allSatisfy(event -> {
            String row = page.lines()
                    .filter(line -> line.startsWith(
                            "| `%s` |".formatted(event.get("event").getAsString())))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no row of " + event));
            assertThat(event.get("at").getAsString()).isEqualTo("2018-10-24T12:00:00Z");
            assertThat(event.keySet())
                    .filteredOn(member -> !member.equals("event") && !member.equals("at"))
                    .allSatisfy(member -> assertThat(row + numbers(row, page)).contains("`" + member + "`"));
        });
        assertThat(events.toString()).doesNotContain("hunter2");
    }

    @Test
    void overridesEveryMethodOfAListener() {
        assertThat(EventListener.class.getDeclaredMethods())
                .extracting(Method::getName)
                .containsAll(calls());
    }

    @Test
    void tellsProgressOnceASecondThoughTheClockIsPutBack() {
        for (int batch = 0; batch < 25; batch++) {
            listener.progressed(PROGRESS);
            passed = passed.plusMillis(100);
            now = now.minusSeconds(3_600);
        }

        assertThat(events).hasSize(3);
        assertThat(events.get(0).get("documents_per_second").getAsDouble()).isEqualTo(4.0);
        assertThat(events.get(0).get("remaining_seconds").getAsDouble()).isEqualTo(2.0);
    }

    @Test
    void tellsProgressWheneverThatIsAsked() {
        listener.tellProgress();
        listener.progressed(PROGRESS);
        listener.tellProgress();

        assertThat(events)
                .extracting(event -> event.get("event").getAsString())
                .containsExactly("progress", "progress", "progress");
        assertThat(events.get(0).has("read")).isFalse();
        assertThat(events.get(2).get("read").getAsLong()).isEqualTo(7);
    }

    @Test
    void tellsWhatIsKnownAlone() {
        listener.rejected(new Rejection("orders", "a", Optional.empty(), "unreadable", "it breaks"));

        assertThat(events.get(0).has("rev")).isFalse();
    }

    @Test
    void tellsTheCommandThatGoesOnAsAValue() {
        JsonObject verdict = new JsonEvent("verdict", NOON)
                .with(new Ending(List.of("Done.", "    migrator rejects x"), Optional.of("migrator run x")))
                .json();
        JsonObject complete = new JsonEvent("verdict", NOON)
                .with(new Ending(List.of("    indented"), Optional.empty()))
                .json();

        assertThat(verdict.get("next").getAsString()).isEqualTo("migrator run x");
        assertThat(verdict.getAsJsonArray("text")).hasSize(2);
        assertThat(complete.has("next")).isFalse();
    }

    @Test
    void letsNoTextSteerATerminal() {
        List<String> lines = new ArrayList<>();

        new Events(lines::add, () -> NOON).tell("warning", event -> event.with("message", "a\u009b1m\u2028\u0085b"));

        assertThat(lines).singleElement().asString().contains("a\\u009b1m\\u2028\\u0085b");
    }

    /** Members that many events have stand below the table. */
    private static String numbers(String row, String page) {
        return row.contains("*progress*") || row.contains("*tallies*")
                ? page.substring(page.indexOf("*Progress*"))
                : "";
    }

    private static List<String> calls() {
        return Arrays.stream(Listener.class.getMethods()).map(Method::getName).toList();
    }
}
