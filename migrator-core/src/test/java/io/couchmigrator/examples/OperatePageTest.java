// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gives the loop of docs/operate.md to shells as it stands there. */
@EnabledOnOs(OS.LINUX)
final class OperatePageTest {
    private static final Pattern LOOP = Pattern.compile("(?ms)^```sh\n(\\(\n.*?)^```$");

    /** What ends with the status that it is told to, and sleeps no longer than it takes to say so. */
    private static final String STUBS = "migrator() { echo run; return $1; }; sleep() { :; }; set -- %s\n";

    @ParameterizedTest
    @ValueSource(strings = {"bash", "sh"})
    void triesAgainAFewTimesWhatAnotherTryMayHelpAndEndsWithTheLastStatus(String shell) throws Exception {
        List<Integer> statuses = IntStream.concat(IntStream.rangeClosed(0, 10), IntStream.of(129, 130, 137, 143))
                .boxed()
                .toList();

        for (int status : statuses) {
            int tries = List.of(3, 4, 9).contains(status) ? 4 : 1;
            assertThat(output(shell, STUBS.formatted(status) + loop(), status))
                    .as("%s with %s", shell, status)
                    .containsExactlyElementsOf(Stream.concat(
                                    Collections.nCopies(tries, "run").stream(),
                                    Stream.of("It ended with %s.".formatted(status)))
                            .toList());
        }
    }

    private static String loop() throws IOException {
        Matcher loop = LOOP.matcher(Files.readString(ReadmeTest.ROOT.resolve("docs/operate.md")));
        assertThat(loop.find()).isTrue();
        return loop.group(1).replaceFirst("migrator run .*", "migrator \\$1");
    }

    private static List<String> output(String shell, String script, int status)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(shell, "-c", script)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("%s after %s", shell, output).isEqualTo(status);
        return output.lines().toList();
    }
}
