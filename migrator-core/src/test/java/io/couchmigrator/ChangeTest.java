// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ChangeTest {
    @Test
    void hasItsRowsWhateverAnyoneDoesWithTheList() {
        List<String> rows = new ArrayList<>(List.of("a row"));
        Change<String> change = new Change.Present<>("o00001", "1-a", rows);

        rows.clear();

        assertThat(change.rows()).containsExactly("a row");
        assertThatThrownBy(() -> change.rows().clear()).isInstanceOf(UnsupportedOperationException.class);
    }
}
