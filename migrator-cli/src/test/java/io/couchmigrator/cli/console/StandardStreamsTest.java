// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StandardStreamsTest {
    private static final int MANY = 100_000;
    private static final Duration LONG = Duration.ofDays(1);

    private final Pipe pipe = new Pipe();
    private final StandardStreams streams = StandardStreams.of(pipe, pipe);

    @AfterEach
    void letGo() {
        pipe.flow.countDown();
    }

    /** Again and again, since whoever waits looks at a clock beside one who writes. */
    @RepeatedTest(30)
    void holdsUpNobodyWhileNothingIsReadAndKeepsTheLatest() {
        IntStream.range(0, MANY).forEach(line -> streams.out("a line of progress " + line + "\n"));
        streams.err("the verdict\n");
        pipe.flow.countDown();
        assertThat(streams.lost()).isEmpty();

        // A writer that begins late leaves out some before it takes its first line, and tells of them first.
        List<String> printed = pipe.lines();
        List<String> warnings =
                printed.stream().filter(line -> line.startsWith("Warning: ")).toList();
        assertThat(warnings)
                .isNotEmpty()
                .allMatch(
                        line -> line.matches("Warning: here [0-9,]+ lines were left out: nobody read them in time\\."));
        int leftOut = warnings.stream()
                .mapToInt(line -> Integer.parseInt(line.replaceAll("[^0-9]", "")))
                .sum();
        assertThat(printed).hasSize(MANY + 1 + warnings.size() - leftOut);
        List<String> latest =
                printed.subList(printed.lastIndexOf(warnings.get(warnings.size() - 1)) + 1, printed.size());
        assertThat(latest)
                .startsWith("a line of progress " + (MANY + 1 - latest.size()))
                .endsWith("a line of progress " + (MANY - 1), "the verdict");
    }

    @Test
    void writesToBothInTheOrderInWhichItWasTold() {
        for (int line = 0; line < 1_000; line += 2) {
            streams.out(line + "\n");
            streams.err(line + 1 + "\n");
        }
        pipe.flow.countDown();
        assertThat(streams.lost()).isEmpty();

        assertThat(pipe.lines())
                .containsExactlyElementsOf(
                        IntStream.range(0, 1_000).mapToObj(String::valueOf).toList());
    }

    @Test
    void writesToStandardErrorThoughNobodyReadsTheOutputAndCountsWhatThatDidNotTake() {
        Pipe read = new Pipe();
        read.flow.countDown();
        StandardStreams apart = StandardStreams.of(pipe, read);
        apart.out("a line of progress\n");
        apart.out("another\n");
        apart.err("the verdict\n");
        await().until(() -> read.lines().contains("the verdict"));

        apart.close(Duration.ofMillis(500), LONG);

        await().untilAsserted(() -> assertThat(read.lines())
                .containsExactly(
                        "the verdict", "Warning: 2 lines of standard output were left out: nobody read them in time."));
        assertThat(pipe.lines()).isEmpty();
    }

    @Test
    void anAnswerWaitsForItsReaderAndComesWhole() throws Exception {
        Thread answering = new Thread(() -> IntStream.range(0, MANY).forEach(line -> streams.answer(line + "\n")));
        answering.start();
        await().until(() -> isWaiting(answering) || !answering.isAlive());
        assertThat(answering.isAlive()).isTrue();

        pipe.flow.countDown();
        answering.join();
        assertThat(streams.lost()).isEmpty();

        assertThat(pipe.lines())
                .containsExactlyElementsOf(
                        IntStream.range(0, MANY).mapToObj(String::valueOf).toList());
    }

    /** As for an event that goes to the same stream, or a signal that is to be told of. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void anAnswerThatNobodyReadsHoldsUpNobodyElse() throws Exception {
        Thread answering = new Thread(() -> IntStream.range(0, MANY).forEach(line -> streams.answer(line + "\n")));
        answering.start();
        await().until(() -> isWaiting(answering));

        streams.out("told meanwhile\n");
        pipe.flow.countDown();
        answering.join();
        assertThat(streams.lost()).isEmpty();

        assertThat(pipe.lines()).hasSize(MANY + 1).contains("told meanwhile", "0", MANY - 1 + "");
    }

    @Test
    void isNotWaitedForWhereNothingIsRead() {
        streams.out("a line\n");

        streams.flush(Duration.ofMillis(1), LONG);

        assertThat(pipe.lines()).isEmpty();
    }

    /** However patient it is with each line, its patience in all comes to an end. */
    @Test
    void isNotWaitedForWhereTooLittleIsRead() {
        streams.out("a line\n");

        streams.flush(LONG, Duration.ofMillis(1));

        assertThat(pipe.lines()).isEmpty();
    }

    @Test
    void saysThatAnAnswerIsNotAllThereOnceItIsKnown() {
        StandardStreams full = StandardStreams.of(new Full(), pipe);
        full.answer("half of it\n");

        assertThat(full.lost()).get().satisfies(lost -> assertThat(lost).hasMessage("No space left on device"));
    }

    private static boolean isWaiting(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    /** Takes nothing until it flows. */
    private static final class Pipe extends OutputStream {
        private final CountDownLatch flow = new CountDownLatch(1);
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

        @Override
        public void write(int octet) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] octets, int from, int count) throws IOException {
            try {
                flow.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            taken.write(octets, from, count);
        }

        List<String> lines() {
            return taken.toString(StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static final class Full extends OutputStream {
        @Override
        public void write(int octet) throws IOException {
            throw new IOException("No space left on device");
        }
    }
}
