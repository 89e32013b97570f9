// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** What a program reads of the figures: all repetitions, not only the best. */
final class JsonReport {
    private final Gson gson = new GsonBuilder()
            .setPrettyPrinting()
            .serializeNulls()
            .disableHtmlEscaping()
            .serializeSpecialFloatingPointValues()
            .create();
    private final JsonObject report = new JsonObject();

    /** @param source which server was read; empty where none was */
    JsonReport(Machine machine, Optional<String> source) {
        report.add("machine", gson.toJsonTree(machine));
        report.add("settings", gson.toJsonTree(Options.properties()));
        source.ifPresent(server -> report.addProperty("source", server));
    }

    /** Adds the figures of each number of documents. */
    void addMigrations(List<Figures> all) {
        JsonArray results = new JsonArray();
        for (Figures figures : all) {
            JsonObject result = new JsonObject();
            result.addProperty("documents", figures.documents());
            result.addProperty("bytes", figures.bytes());
            JsonObject phases = new JsonObject();
            figures.phases().forEach(series -> phases.add(series.name(), series(series)));
            result.add("phases", phases);
            JsonObject links = new JsonObject();
            JsonArray migrations = new JsonArray();
            for (OverNetwork network : figures.networks()) {
                network.check().ifPresent(check -> links.add(network.network().name(), gson.toJsonTree(check)));
                network.migrations().forEach(one -> migrations.add(migrated(network, one, figures.written())));
            }
            result.add("links", links);
            result.add("migrations", migrations);
            results.add(result);
        }
        report.add("measurements", results);
    }

    /** Adds the ways of writing. */
    void addWays(List<WriteComparison.Line> lines) {
        report.add("ways", gson.toJsonTree(lines));
    }

    /** Adds what else the machine did. */
    void addNoise(Noise.Seen seen) {
        report.add("noise", gson.toJsonTree(seen));
    }

    /** Writes it. */
    void writeTo(Path file) throws IOException {
        Files.writeString(file, gson.toJson(report) + "\n");
    }

    private JsonObject migrated(OverNetwork network, Migrated one, Series written) {
        JsonObject json = new JsonObject();
        json.addProperty("phase", one.series().name());
        json.addProperty("network", one.network().name());
        json.add("reading", gson.toJsonTree(one.reading()));
        json.addProperty("jvmOptions", one.jvmOptions());
        json.addProperty("databases", one.databases());
        json.add("timesTheDrain", gson.toJsonTree(network.timesTheDrain(one)));
        json.add("partOfTheSlower", gson.toJsonTree(network.partOfTheSlower(one, written)));
        json.add("heapMegabytes", gson.toJsonTree(one.heaps()));
        return json;
    }

    private static JsonObject series(Series series) {
        JsonObject json = new JsonObject();
        json.add("seconds", numbers(series, Taken::seconds));
        json.add("cpuSeconds", numbers(series, Taken::cpuSeconds));
        return json;
    }

    private static JsonArray numbers(Series series, ToDoubleFunction<Taken> value) {
        JsonArray numbers = new JsonArray();
        for (Taken taken : series.taken()) {
            double number = value.applyAsDouble(taken);
            numbers.add(Double.isNaN(number) ? JsonNull.INSTANCE : new JsonPrimitive(number));
        }
        return numbers;
    }
}
