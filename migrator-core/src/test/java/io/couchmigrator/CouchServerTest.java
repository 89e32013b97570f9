// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CouchServerTest {
    private final CouchServer.Builder builder = CouchServer.builder("http://localhost:5984");

    @ParameterizedTest
    @ValueSource(strings = {"PT-1S", "PT0.000000001S", "PT2147483.648S", "PT9999999999H"})
    void refusesTimeoutsThatTheClientCannotCount(Duration timeout) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.connectTimeout(timeout))
                .withMessageContaining("connectTimeout")
                .withMessageContaining("expected zero, or from 1 ms to 2147483647 ms");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.readTimeout(timeout))
                .withMessageContaining("readTimeout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT0.001S", "PT2147483.647S"})
    void takesTimeoutsUpToTheEndsOfTheRange(Duration timeout) {
        CouchServer server =
                builder.connectTimeout(timeout).readTimeout(timeout).build();

        assertThat(server.connectTimeout()).isEqualTo(timeout);
        assertThat(server.readTimeout()).isEqualTo(timeout);
    }
}
