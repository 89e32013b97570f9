// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Listener.Wait;
import io.couchmigrator.Progress;
import io.couchmigrator.Progress.Whole;
import io.couchmigrator.Rejection;
import io.couchmigrator.cli.console.Console;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class VerboseListenerTest {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final Console console = new Console(output, errors);
    private final VerboseListener listener = new VerboseListener(console);

    @Test
    void tellsEachBatch() {
        listener.progressed(new Progress(
                "orders",
                "",
                9_000,
                5_000,
                3_000,
                1_990,
                0,
                10,
                1_990,
                Duration.ofSeconds(1),
                Optional.empty(),
                Optional.empty(),
                new Whole(5_000, OptionalLong.empty(), Optional.empty())));
        console.close();

        assertThat(output.toString(StandardCharsets.UTF_8))
                .isEqualTo("orders: 5,000 read, of which this run processed 1,990.\n");
    }

    @Test
    void tellsEachAttemptAndEachDocumentThatIsRejectedOrNoLongerIs() {
        listener.retrying(new Wait(
                Wait.Kind.OUTAGE,
                "CouchDB at http://couch/",
                "connection refused",
                Instant.EPOCH,
                Optional.of(Instant.MAX)));
        listener.rejected(
                new Rejection("orders", "a", Optional.of("1-b"), "value-too-long", "name has 300 characters"));
        listener.resolved("orders", "b");
        console.close();

        assertThat(errors.toString(StandardCharsets.UTF_8)).isEqualTo("""
                        CouchDB at http://couch/: connection refused. Trying again.
                        orders: rejected a: value-too-long: name has 300 characters
                        """);
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo("orders: resolved b\n");
    }
}
