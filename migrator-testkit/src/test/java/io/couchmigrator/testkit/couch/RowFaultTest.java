// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowFaultTest {
    private final CouchDouble couch = CouchDouble.start();
    private final CouchClient client = new CouchClient(couch.url());

    @BeforeEach
    void fill() {
        couch.create("orders").load(Stream.of("a", "b", "c").map(RowFaultTest::document));
    }

    @AfterEach
    void stop() {
        couch.close();
    }

    @ParameterizedTest
    @CsvSource({"1, a a c", "2, a b b", "3, a b c c", "4, a b c"})
    void repeatsARow(int row, String sent) throws IOException {
        couch.script(Fault.repeatRow(row).on(Requests.allDocs()));

        assertThat(ids(client.get("orders/_all_docs?include_docs=true"))).isEqualTo(sent);
    }

    @ParameterizedTest
    @CsvSource({"1, b a c", "2, a c b", "3, a b c", "4, a b c"})
    void swapsARowWithTheNext(int row, String sent) throws IOException {
        couch.script(Fault.swapRow(row).on(Requests.allDocs()));

        assertThat(ids(client.get("orders/_all_docs"))).isEqualTo(sent);
    }

    @Test
    void arrangesTheRowsOfDocumentsByIdToo() throws IOException {
        String asked = "{\"keys\":[\"c\",\"x\",\"a\"]}";
        couch.script(Fault.repeatRow(1).on(Requests.allDocs()).once());
        couch.script(Fault.swapRow(1).on(Requests.allDocs()).once());

        assertThat(ids(client.send("POST", "orders/_all_docs", asked))).isEqualTo("c c a");
        assertThat(ids(client.send("POST", "orders/_all_docs", asked))).isEqualTo("x c a");
    }

    @Test
    void leavesWhatIsCountedAsItIs() throws IOException {
        couch.script(Fault.repeatRow(2).on(Requests.any()));

        JsonObject page = client.get("orders/_all_docs?skip=1").json();

        assertThat(page.get("total_rows").getAsInt()).isEqualTo(3);
        assertThat(page.get("offset").getAsInt()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void refusesARowThatThereCannotBe(int row) {
        assertThatIllegalArgumentException().isThrownBy(() -> Fault.repeatRow(row));
        assertThatIllegalArgumentException().isThrownBy(() -> Fault.swapRow(row));
    }

    @Test
    void tellsWhatGoesWrong() {
        assertThat(Fault.repeatRow(2)).hasToString("row 2 twice");
        assertThat(Fault.swapRow(2)).hasToString("row 2 after the next");
    }

    private static String ids(CouchClient.Reply page) {
        List<String> ids = new ArrayList<>();
        for (JsonElement row : page.json().getAsJsonArray("rows")) {
            ids.add(row.getAsJsonObject().get("key").getAsString());
        }
        return String.join(" ", ids);
    }

    private static JsonObject document(String id) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        return document;
    }
}
