// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonPrimitive;
import io.couchmigrator.internal.offsets.StageOffset.Database;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DatabaseTest {
    @ParameterizedTest
    @CsvSource({
        "a, 1540414719, a, 1540414719, true",
        "a, 1540414719, a, 1540414720, false",
        "a, 0, a, 1540414719, true",
        "a, 1540414719, a, 0, true",
        "a, '', a, 1540414719, true",
        "a, 0, a, 0, true",
        "a, 0, b, 0, false",
        "a, 1540414719, b, 1540414719, false"
    })
    void isAnotherOneOnlyIfNameOrCreationTimeSaysSo(
            String name, String created, String otherName, String otherCreated, boolean same) {
        Database one = new Database(name, created, null);
        Database other = new Database(otherName, otherCreated, new JsonPrimitive("1-x"));

        assertThat(one.matches(other)).isEqualTo(same);
        assertThat(other.matches(one)).isEqualTo(same);
    }
}
