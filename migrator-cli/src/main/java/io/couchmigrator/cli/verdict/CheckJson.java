// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import static io.couchmigrator.cli.verdict.JsonMembers.array;
import static io.couchmigrator.cli.verdict.JsonMembers.number;
import static io.couchmigrator.cli.verdict.JsonMembers.orNull;
import static io.couchmigrator.cli.verdict.JsonMembers.word;

import com.google.gson.JsonObject;
import io.couchmigrator.CheckReport;
import io.couchmigrator.CheckReport.Cluster;
import io.couchmigrator.CheckReport.Connections;
import io.couchmigrator.CheckReport.Server;
import io.couchmigrator.CheckReport.SourceCheck;
import io.couchmigrator.CheckReport.StageCheck;
import io.couchmigrator.CheckReport.TableCheck;
import io.couchmigrator.CheckReport.TargetCheck;
import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.MigrationException;
import io.couchmigrator.TargetException;
import io.couchmigrator.TargetException.Lack;
import io.couchmigrator.cli.text.OperatorWords;
import io.couchmigrator.cli.text.Printable;
import java.nio.file.Path;
import java.util.Optional;

/** Says what a check found, for programs: one object, whose members stay as they are. What is not known is null. */
public final class CheckJson {
    private CheckJson() {}

    /** Returns the object, in one line; {@code next} is the command to give now. */
    public static String of(CheckVerdict verdict, Path logDirectory, String next) {
        CheckReport report = verdict.report();
        JsonObject json = new JsonObject();
        json.addProperty("slug", verdict.slug());
        json.addProperty("exit_status", verdict.exitStatus());
        json.add("faults", array(report.faults(), CheckJson::json));
        json.add("verify_faults", array(report.verifyFaults(), CheckJson::json));
        json.add("source", json(report.source()));
        json.add("targets", array(report.targets(), CheckJson::json));
        json.addProperty("log_directory", logDirectory.toString());
        json.addProperty("free_bytes", number(report.freeBytes()));
        json.add("stages", array(report.stages(), CheckJson::json));
        json.addProperty("next", next);
        return Printable.json(JsonMembers.line(json));
    }

    private static JsonObject json(MigrationException fault) {
        Optional<Lack> lack = fault instanceof TargetException target ? target.lack() : Optional.empty();
        JsonObject json = new JsonObject();
        json.addProperty("outcome", fault.outcome().toString());
        json.addProperty("message", Verdict.message(fault));
        json.addProperty("grant", lack.map(Lack::grant).orElse(null));
        return json;
    }

    private static JsonObject json(SourceCheck source) {
        JsonObject json = new JsonObject();
        json.addProperty("name", source.name());
        json.addProperty("version", source.version().orElse(null));
        json.addProperty("tls", source.tls());
        return json;
    }

    private static JsonObject json(TargetCheck target) {
        JsonObject json = new JsonObject();
        json.addProperty("name", target.name());
        json.addProperty("connections_needed", target.connectionsNeeded());
        json.add("server", orNull(target.server(), CheckJson::json));
        json.add("tables", array(target.tables(), CheckJson::json));
        return json;
    }

    private static JsonObject json(Server server) {
        JsonObject json = new JsonObject();
        json.addProperty("version", server.version());
        json.addProperty("database", server.database());
        json.addProperty("user", server.user());
        json.addProperty("tls", server.tls().orElse(null));
        json.addProperty(
                "max_connections", server.connections().map(Connections::most).orElse(null));
        json.addProperty(
                "free_connections", server.connections().map(Connections::free).orElse(null));
        json.addProperty(
                "limit_of",
                server.connections()
                        .map(connections -> word(connections.limitOf()))
                        .orElse(null));
        return json;
    }

    private static JsonObject json(TableCheck table) {
        JsonObject json = new JsonObject();
        json.addProperty("name", table.name().toString());
        json.addProperty("state", word(table.state()));
        json.addProperty("rows", number(table.rows()));
        return json;
    }

    private static JsonObject json(StageCheck stage) {
        JsonObject json = new JsonObject();
        json.addProperty("stage", stage.stage());
        json.addProperty("description", stage.description());
        json.addProperty("documents", number(stage.documents()));
        json.addProperty("skipped", stage.skipped().map(OperatorWords::of).orElse(null));
        json.add("cluster", orNull(stage.cluster(), CheckJson::json));
        json.add("reading", orNull(stage.reading(), CheckJson::json));
        return json;
    }

    private static JsonObject json(Chosen chosen) {
        JsonObject json = new JsonObject();
        json.addProperty("reading", word(chosen.reading()));
        json.addProperty("reason", chosen.reason());
        return json;
    }

    private static JsonObject json(Cluster cluster) {
        JsonObject json = new JsonObject();
        json.addProperty("copies", number(cluster.copies()));
        json.addProperty("shards", number(cluster.shards()));
        return json;
    }
}
