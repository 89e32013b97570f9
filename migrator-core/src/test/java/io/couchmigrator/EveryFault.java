// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.testkit.couch.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Every fault that the double has, for single answers. */
final class EveryFault {
    /** What may pass, by the names of the methods of {@link Fault}. */
    static final Map<String, List<Fault>> PASSING = Map.ofEntries(
            Map.entry(
                    "status",
                    List.of(
                            Fault.status(500),
                            Fault.status(503),
                            Fault.status(200).body("{}"),
                            Fault.status(200).body("<html>Sign in</html>"))),
            Map.entry("disconnect", List.of(Fault.disconnect())),
            Map.entry("silence", List.of(Fault.silence())),
            Map.entry("cutHeadersAfterBytes", List.of(Fault.cutHeadersAfterBytes(5), Fault.cutHeadersAfterBytes(60))),
            Map.entry("falseLength", List.of(Fault.falseLength(-20), Fault.falseLength(1))),
            Map.entry(
                    "falseHeader",
                    List.of(Fault.falseHeader("Content-Encoding", "gzip"), Fault.falseHeader("X-Cache", "HIT"))),
            Map.entry("cutAfterBytes", List.of(Fault.cutAfterBytes(60))),
            Map.entry("cutAfterRows", List.of(Fault.cutAfterRows(1))),
            Map.entry("stallAfterBytes", List.of(Fault.stallAfterBytes(60))),
            Map.entry("corruptByte", List.of(Fault.corruptByte(1))),
            Map.entry("truncateAfterBytes", List.of(Fault.truncateAfterBytes(0), Fault.truncateAfterBytes(60))),
            Map.entry("dribble", List.of(Fault.dribble(1_000, Duration.ofMillis(1)))),
            Map.entry("omitRow", List.of(Fault.omitRow(Orders.id(2)))),
            Map.entry("repeatRow", List.of(Fault.repeatRow(1))),
            Map.entry("swapRow", List.of(Fault.swapRow(1))),
            Map.entry("falseOffset", List.of(Fault.falseOffset(3))),
            Map.entry("lowerLimit", List.of(Fault.lowerLimit(1), Fault.lowerLimit(7))));

    /** What concerns single documents, and may end in their rejection. */
    static final Map<String, List<Fault>> OF_DOCUMENTS =
            Map.of("hideBody", List.of(Fault.hideBody(Orders.id(5)), Fault.hideBody("c5")));

    /** What ends a run at once. */
    static final Map<String, List<Fault>> TERMINAL =
            Map.of("redirect", List.of(Fault.redirect("https://login.example.org/")));

    private EveryFault() {}

    static Stream<Fault> passing() {
        return PASSING.values().stream().flatMap(List::stream);
    }
}
