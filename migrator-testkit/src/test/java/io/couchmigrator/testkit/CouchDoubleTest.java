// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import static io.couchmigrator.testkit.CouchClient.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CouchDoubleTest {
    private final CouchDouble couch = CouchDouble.start();
    private final CouchClient client = new CouchClient(couch.url());

    @AfterEach
    void stop() {
        couch.close();
    }

    @Test
    void answersPagesByKey() throws IOException {
        CouchDatabase database = couch.create("orders");
        for (String id : new String[] {"b", "a", "😀", "\ue000", "_design/x"}) {
            database.put(document(id));
        }

        CouchClient.Reply page = client.get("orders/_all_docs?limit=2&startkey=" + key("a\u0000"));

        assertThat(page.body())
                .startsWith("{\"total_rows\":5,\"offset\":2,\"rows\":[\n{\"id\":\"b\",")
                .contains(",\n{\"id\":\"\ue000\"")
                .endsWith("}\n]}\n");
    }

    @Test
    void cutsThePageAfterSomeBytes() throws IOException {
        couch.create("orders").put(document("a"));
        couch.script(Fault.cutAfterBytes(10).on(Requests.allDocs()).once());

        assertThatThrownBy(() -> client.get("orders/_all_docs")).isInstanceOf(IOException.class);

        assertThat(client.get("orders/_all_docs").status()).isEqualTo(200);
    }

    @Test
    void keepsDocumentsAndPortOverARestart() throws IOException {
        couch.create("orders").put(document("a"));
        String url = couch.url();
        assertThat(client.get("orders/a").status()).isEqualTo(200);

        couch.stop();
        assertThatThrownBy(() -> client.get("orders/a")).isInstanceOf(IOException.class);
        couch.restart();

        assertThat(couch.url()).isEqualTo(url);
        assertThat(client.get("orders/a").status()).isEqualTo(200);
    }

    private static JsonObject document(String id) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        return document;
    }
}
