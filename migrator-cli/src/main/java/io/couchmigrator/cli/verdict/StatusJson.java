// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import static io.couchmigrator.cli.verdict.JsonMembers.array;
import static io.couchmigrator.cli.verdict.JsonMembers.number;
import static io.couchmigrator.cli.verdict.JsonMembers.orNull;
import static io.couchmigrator.cli.verdict.JsonMembers.word;

import com.google.gson.JsonObject;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.MigrationInfo.Holder;
import io.couchmigrator.MigrationInfo.LatestRun;
import io.couchmigrator.MigrationInfo.Reach;
import io.couchmigrator.MigrationInfo.StageReach;
import io.couchmigrator.MigrationInfo.Throttle;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says where a migration stands, for programs: one object, whose members stay as they are. What is not known is null. */
public final class StatusJson {
    private StatusJson() {}

    /** Returns the object, in one line. */
    public static String of(MigrationInfo info) {
        JsonObject json = new JsonObject();
        json.addProperty("slug", info.slug());
        json.addProperty("at", info.at().toString());
        json.addProperty("state", word(info.state()));
        json.add("holder", orNull(info.holder(), StatusJson::json));
        json.addProperty("source", info.source().orElse(null));
        json.addProperty("target", info.target().orElse(null));
        json.add("migration", json(info.migration()));
        json.add("verification", orNull(info.verification(), StatusJson::json));
        json.add("throttle", orNull(info.throttle(), StatusJson::json));
        return JsonMembers.line(json);
    }

    private static JsonObject json(Throttle throttle) {
        JsonObject json = new JsonObject();
        json.addProperty("file", throttle.file().toString());
        json.addProperty("pauses", throttle.pauses());
        json.addProperty("fault", throttle.fault().orElse(null));
        return json;
    }

    private static JsonObject json(Holder holder) {
        JsonObject json = new JsonObject();
        json.addProperty("pid", holder.pid());
        json.addProperty("host", holder.host());
        json.addProperty("since", holder.since().toString());
        return json;
    }

    private static JsonObject json(Reach reach) {
        JsonObject json = new JsonObject();
        json.add("latest", orNull(reach.latest(), StatusJson::json));
        json.addProperty("checkpoint", text(reach.checkpoint()));
        json.add("stages", array(reach.stages(), StatusJson::json));
        JsonObject all = json(reach.all());
        all.remove("stage");
        json.add("all", all);
        return json;
    }

    private static JsonObject json(LatestRun run) {
        JsonObject settings = new JsonObject();
        run.settings().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(setting -> settings.add(setting.getKey(), JsonMembers.value(setting.getValue())));
        JsonObject json = new JsonObject();
        json.addProperty("started", run.started().toString());
        json.addProperty("pid", run.pid());
        json.addProperty("host", run.host());
        json.addProperty("version", run.version());
        json.add("settings", settings);
        json.addProperty("saved", run.saved());
        json.addProperty("ended", text(run.ended()));
        json.addProperty(
                "outcome", run.outcome().map(Enum::name).or(run::newerOutcome).orElse(null));
        json.addProperty(
                "exit_status",
                run.outcome().map(outcome -> outcome.exitStatus()).orElse(null));
        json.addProperty("error", run.error().orElse(null));
        json.addProperty("limit", run.limit().map(JsonMembers::word).orElse(null));
        json.add("waits", array(run.waits(), StatusJson::json));
        return json;
    }

    private static JsonObject json(Wait wait) {
        JsonObject json = new JsonObject();
        json.addProperty("kind", word(wait.kind()));
        json.addProperty("on", wait.on());
        json.addProperty("cause", wait.cause());
        json.addProperty("since", wait.since().toString());
        json.addProperty("until", text(wait.until()));
        return json;
    }

    private static JsonObject json(StageReach stage) {
        JsonObject json = new JsonObject();
        json.addProperty("stage", stage.stage());
        json.addProperty("phase", word(stage.phase()));
        json.addProperty("done", stage.done());
        json.addProperty("total", number(stage.total()));
        json.addProperty("left", number(stage.left()));
        json.addProperty("rejects", stage.rejects());
        json.addProperty(
                "documents_per_second", stage.rate().isPresent() ? stage.rate().getAsDouble() : null);
        json.addProperty(
                "remaining_seconds",
                stage.remaining().map(left -> left.toSeconds()).orElse(null));
        json.addProperty("completed", text(stage.completed()));
        return json;
    }

    private static @Nullable String text(Optional<?> value) {
        return value.map(Object::toString).orElse(null);
    }
}
