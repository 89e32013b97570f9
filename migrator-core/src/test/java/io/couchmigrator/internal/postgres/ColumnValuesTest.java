// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.couchmigrator.RejectException;
import io.couchmigrator.internal.postgres.TableFacts.ColumnFacts;
import java.math.BigInteger;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("values")
final class ColumnValuesTest {
    private static final ColumnFacts BIGINT = new ColumnFacts(
            "size", "bigint", "bigint", "N", Optional.empty(), OptionalInt.empty(), false, false, true, true, true);

    @ParameterizedTest
    @CsvSource({
        "1e999999999, number-out-of-range",
        "-1e2147483647, number-out-of-range",
        "9223372036854775808, number-out-of-range",
        "99999999999999999999.5, number-out-of-range",
        "1e-999999999, wrong-type",
        "0.5, wrong-type",
        "1.5, wrong-type",
        "one, wrong-type"
    })
    void refusesNumbersThatAColumnCannotHold(String value, String code) {
        assertThatThrownBy(() -> ColumnValues.check(BIGINT, false, value))
                .asInstanceOf(type(RejectException.class))
                .extracting(RejectException::code)
                .isEqualTo(code);
    }

    @ParameterizedTest
    @CsvSource({
        "0e999999999, 0",
        "0.000, 0",
        "1.50e1, 15",
        "1e18, 1000000000000000000",
        "9223372036854775807, 9223372036854775807",
        "-9223372036854775808, -9223372036854775808"
    })
    void takesNumbersAsTheyAreWritten(String value, BigInteger number) {
        ColumnValues.check(BIGINT, false, value);

        assertThat(ColumnValues.integer(value)).isEqualTo(number);
    }
}
