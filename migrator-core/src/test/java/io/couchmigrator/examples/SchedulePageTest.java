// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Holds the statuses that docs/schedule.md gives to systemd and Kubernetes against those that there are. */
final class SchedulePageTest {
    private static final List<Integer> BUG_AND_USAGE = List.of(1, 2);
    private static final List<Integer> SIGNALS = List.of(129, 130, 143);

    /** What only a verification ends with. */
    private static final Set<Outcome> OF_VERIFICATIONS = Set.of(Outcome.DIFFERENCES_FOUND, Outcome.INCOMPLETE);

    private String page;

    @BeforeEach
    void read() throws IOException {
        page = Files.readString(ReadmeTest.ROOT.resolve("docs/schedule.md"));
    }

    @Test
    void saysOfEachStatusOfARunWhoHasToActOnIt() {
        Set<Integer> there = Stream.concat(
                        Stream.concat(BUG_AND_USAGE.stream(), SIGNALS.stream()),
                        Arrays.stream(Outcome.values())
                                .filter(outcome -> !OF_VERIFICATIONS.contains(outcome))
                                .map(Outcome::exitStatus))
                .collect(Collectors.toCollection(TreeSet::new));

        Set<Integer> told = new TreeSet<>();
        for (String who : List.of("done", "again, a few", "again: ", "again, when", "somebody: ")) {
            told.addAll(told(who));
        }

        assertThat(told).isEqualTo(there);
    }

    @Test
    void startsNothingAgainThatNeedsSomebody() {
        Set<Integer> somebodys = told("somebody: ");

        assertThat(numbers("values: \\[(.*)]")).isEqualTo(somebodys);
        somebodys.remove(Outcome.STOPPED_BY_LIMIT.exitStatus());
        assertThat(numbers("RestartPreventExitStatus=(.*)")).isEqualTo(somebodys);
    }

    /** Each tries a wrong password four times, and then leaves it to somebody. */
    @Test
    void triesNothingForEver() {
        assertThat(page).contains("what ends so four times needs somebody");
        assertThat(numbers("StartLimitBurst=(.*)")).containsExactly(4);
        assertThat(numbers("backoffLimit: (.*)")).containsExactly(3);
    }

    @Test
    void callsNoFailureWhatIsNone() {
        assertThat(numbers("SuccessExitStatus=(.*)")).containsExactly(Outcome.STOPPED_BY_LIMIT.exitStatus(), 143);
    }

    private Set<Integer> told(String who) {
        return numbers("(?m)^\\| ([^|]*) \\| " + who);
    }

    private Set<Integer> numbers(String line) {
        Matcher matcher = Pattern.compile(line).matcher(page);
        assertThat(matcher.find()).as(line).isTrue();
        return Pattern.compile("\\d+")
                .matcher(matcher.group(1))
                .results()
                .flatMapToInt(number -> IntStream.of(Integer.parseInt(number.group())))
                .boxed()
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
