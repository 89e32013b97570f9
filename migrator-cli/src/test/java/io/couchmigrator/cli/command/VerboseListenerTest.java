// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Listener.Wait;
import io.couchmigrator.Rejection;
import io.couchmigrator.cli.console.Console;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class VerboseListenerTest {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final VerboseListener listener = new VerboseListener(new Console(output, errors));

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

        assertThat(errors.toString(StandardCharsets.UTF_8)).isEqualTo("""
                        CouchDB at http://couch/: connection refused. Trying again.
                        orders: rejected a: value-too-long: name has 300 characters
                        """);
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo("orders: resolved b\n");
    }
}
