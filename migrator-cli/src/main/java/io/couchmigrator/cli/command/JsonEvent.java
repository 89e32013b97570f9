// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Progress;
import io.couchmigrator.Progress.Speed;
import io.couchmigrator.Result;
import io.couchmigrator.Tallies;
import io.couchmigrator.cli.verdict.Ending;
import io.couchmigrator.cli.verdict.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalLong;

/** An event as a JSON object; what is not known has no member. Used by one thread. */
final class JsonEvent {
    private final JsonObject json = new JsonObject();

    JsonEvent(String name, Instant at) {
        json.addProperty("event", name);
        with("at", at);
    }

    JsonObject json() {
        return json;
    }

    JsonEvent with(String member, String value) {
        json.addProperty(member, value);
        return this;
    }

    JsonEvent with(String member, long value) {
        json.addProperty(member, value);
        return this;
    }

    JsonEvent with(String member, OptionalLong value) {
        value.ifPresent(known -> with(member, known));
        return this;
    }

    JsonEvent with(String member, Instant value) {
        return with(member, value.toString());
    }

    JsonEvent with(String member, Path value) {
        return with(member, value.toString());
    }

    /** In seconds. */
    JsonEvent with(String member, Duration value) {
        json.addProperty(member, value.toMillis() / 1000.0);
        return this;
    }

    JsonEvent with(String member, Map<String, Long> values) {
        JsonObject object = new JsonObject();
        values.forEach(object::addProperty);
        json.add(member, object);
        return this;
    }

    JsonEvent with(Progress progress) {
        with("stage", progress.stage())
                .with("total", progress.total())
                .with("read", progress.read())
                .with("previously", progress.previously())
                .with("processed", progress.processed())
                .with("filtered", progress.filtered())
                .with("rejected", progress.rejected())
                .with("rows", progress.rows())
                .with("elapsed_seconds", progress.elapsed());
        progress.speed().ifPresent(this::with);
        progress.remaining().ifPresent(remaining -> with("remaining_seconds", remaining));
        with("total_of_all", progress.whole().total())
                .with("read_of_all", progress.whole().read());
        progress.whole().remaining().ifPresent(remaining -> with("remaining_seconds_of_all", remaining));
        return this;
    }

    JsonEvent with(MigrationException failure) {
        return with("outcome", failure.outcome().toString()).with("message", Verdict.message(failure));
    }

    JsonEvent with(Result result) {
        return with("outcome", result.outcome().toString())
                .with("exit_status", result.outcome().exitStatus())
                .with("done", result.done())
                .with("total", result.total())
                .with("outstanding", result.outstanding())
                .with("elapsed_seconds", result.elapsed())
                .with(result.tallies());
    }

    JsonEvent with(Ending ending) {
        JsonArray text = new JsonArray();
        ending.lines().forEach(text::add);
        json.add("text", text);
        ending.next().ifPresent(command -> with("next", command));
        return this;
    }

    private void with(Speed speed) {
        json.addProperty("documents_per_second", Math.round(10 * speed.documents()) / 10.0);
        json.addProperty("bytes_per_second", Math.round(speed.bytes()));
    }

    JsonEvent with(Tallies tallies) {
        return with("read", tallies.read())
                .with("processed", tallies.processed())
                .with("filtered", tallies.filtered())
                .with("rejected", tallies.rejected())
                .with("written", tallies.written())
                .with("already_there", tallies.alreadyThere())
                .with("deleted", tallies.deleted())
                .with("missing", tallies.verified().missing())
                .with("different", tallies.verified().different())
                .with("left_alone", tallies.verified().leftAlone())
                .with("not_yet_migrated", tallies.verified().notYetMigrated())
                .with("misplaced", tallies.verified().misplaced())
                .with("extra", tallies.verified().extra());
    }
}
