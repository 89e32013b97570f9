// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.LimitException;
import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.Listener;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result.Audit;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.SourceException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.ds.PGSimpleDataSource;

class EndingTest {
    private final Failures failures = new Failures();

    static List<Verb> verbs() {
        return List.of(new Migrating(settings()), new Verifying(settings(), Depth.FULL));
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void takesNothingForDoneThatIsNotComplete(Verb verb) {
        BiFunction<Verb, Boolean, Ending> unfinished = (of, stopRequested) -> new Ending(
                of, new Stages(settings().migration()), failures, stopRequested, null, Audit.NONE, Duration.ZERO);

        assertThatThrownBy(unfinished.apply(verb, false)::result)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ended before all was done");
        assertThat(unfinished.apply(verb, true).result().outcome()).isEqualTo(Outcome.STOPPED);
        failures.add(new SourceException("no database"));
        assertThat(unfinished.apply(verb, false).result().outcome()).isEqualTo(Outcome.SOURCE_FAILED);
    }

    @Test
    void remembersTheLimitThatKeepsAnotherRunFromComingFurther() {
        Ending ending = new Ending(
                new Migrating(settings()),
                new Stages(settings().migration()),
                failures,
                false,
                null,
                Audit.NONE,
                Duration.ZERO);

        failures.add(new LimitException(Limit.DURATION, "its time is up"));
        assertThat(ending.json().get("limit").getAsString()).isEqualTo("duration");
        failures.add(new LimitException(Limit.REJECTS, "too many rejects"));
        assertThat(ending.json().get("limit").getAsString()).isEqualTo("rejects");
    }

    @Test
    void throwsAnErrorThatWasMetAsItIs() {
        OutOfMemoryError error = new OutOfMemoryError("made by the test");
        failures.add(error);

        assertThatThrownBy(new Ending(
                        new Migrating(settings()),
                        new Stages(settings().migration()),
                        failures,
                        false,
                        null,
                        Audit.NONE,
                        Duration.ZERO)::result)
                .isSameAs(error);
    }

    private static Settings settings() {
        return SmallRun.settings("http://localhost:5984", new PGSimpleDataSource(), Path.of("logs"), new Listener() {});
    }
}
