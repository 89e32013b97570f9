// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.concurrent.CountDownLatch;

/** Leaves the servers up, so that a migration can be practised in another terminal. */
final class Practice {
    private static final String DATABASE = "commcarehq";
    private static final String REJECTED = "rejected-on-purpose";

    private final Narrator narrator;
    private final Servers servers;
    private final Program program;

    Practice(Narrator narrator, Servers servers, Program program) {
        this.narrator = narrator;
        this.servers = servers;
        this.program = program;
    }

    /** Says how to follow the runbook, and waits until the process is ended. */
    void offerRunbook() throws InterruptedException {
        String revision = servers.couch().database(DATABASE).put(document(new JsonPrimitive("none")));
        tellServers();
        narrator.part(3, "Then follow the runbook:");
        narrator.say(
                "",
                "    migrator check migrate_metadata --log-dir=" + Program.LOG_DIRECTORY,
                "    mkdir -p " + Program.LOG_DIRECTORY,
                "    migrator " + String.join(" ", Program.RUNBOOK),
                "    echo $?",
                "    ls " + Program.LOG_DIRECTORY);
        narrator.part(4, "What to try:");
        narrator.say(
                "   - Press Ctrl-C while it runs, or end it from elsewhere with kill -9; give the same command again.",
                "   - It ends with status 5, since one document cannot be stored: its external_blobs are a text. See the rejects file in the log directory. Mend the document, and give the same command once more:",
                "",
                "    curl -X PUT \"$COUCHDB_URL\"%s/%s -H 'Content-Type: application/json' -d '%s'"
                        .formatted(DATABASE, REJECTED, mended(revision)),
                "",
                "   - After status 0, give it again: it says since when all is complete, and writes nothing.");
        stay();
    }

    /** Says how to copy a database of documents, and waits until the process is ended. */
    void offerShop() throws InterruptedException {
        tellServers();
        narrator.part(3, "Then copy the shop, and see whether both sides are equal:");
        narrator.say(
                "",
                "    migrator " + String.join(" ", ShopInSql.RUN),
                "    migrator " + String.join(" ", ShopInSql.VERIFY),
                "    psql -c \"select doc ->> 'type' as type, count(*) from documents group by type\"");
        narrator.part(4, "What to try:");
        narrator.say(
                "   - Press Ctrl-C while it runs, or end it from elsewhere with kill -9; give the same command again.",
                "   - Save a document, and give the same command once more, which brings it:",
                "",
                "    curl -X PUT \"$COUCHDB_URL\"%s/note-00001 -H 'Content-Type: application/json' -d '{\"type\":\"note\"}'"
                        .formatted(Shop.DATABASE),
                "",
                "   - Delete or change a row of the table: verify finds it, and the next run mends it.");
        stay();
    }

    private void tellServers() {
        narrator.part(2, "In a second terminal, tell the migrator where the servers are:");
        narrator.say("");
        narrator.say(
                "    export PATH=" + quoted(String.valueOf(program.launcher().getParent())) + ":\"$PATH\"");
        servers.environment().forEach((name, value) -> narrator.say("    export %s=%s".formatted(name, value)));
        narrator.say("    cd " + quoted(program.directory().toString()));
    }

    private void stay() throws InterruptedException {
        narrator.say("", "The servers, and the directory with all that is in it, stay until you press Ctrl-C here.");
        new CountDownLatch(1).await();
    }

    private static JsonObject document(JsonElement blobs) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", REJECTED);
        document.addProperty("doc_type", "CommCareBuild");
        document.add("external_blobs", blobs);
        return document;
    }

    private static JsonObject mended(String revision) {
        JsonObject blob = new JsonObject();
        blob.addProperty("key", "mended-by-hand");
        blob.addProperty("content_length", 42);
        JsonObject blobs = new JsonObject();
        blobs.add("mended.zip", blob);
        JsonObject document = document(blobs);
        document.addProperty("_rev", revision);
        return document;
    }

    private static String quoted(String path) {
        return "'" + path.replace("'", "'\\''") + "'";
    }
}
