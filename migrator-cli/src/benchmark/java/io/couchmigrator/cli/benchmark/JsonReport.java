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

    JsonReport(Machine machine) {
        report.add("machine", gson.toJsonTree(machine));
        report.add("settings", gson.toJsonTree(Options.properties()));
        report.addProperty("source", Options.server().isPresent() ? "server" : "double");
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
            JsonArray migrations = new JsonArray();
            figures.migrations().forEach(one -> migrations.add(migrated(figures, one)));
            result.add("migrations", migrations);
            results.add(result);
        }
        report.add("measurements", results);
    }

    /** Adds the ways of writing. */
    void addWays(List<WriteComparison.Line> lines) {
        report.add("ways", gson.toJsonTree(lines));
    }

    /** Writes it. */
    void writeTo(Path file) throws IOException {
        Files.writeString(file, gson.toJson(report) + "\n");
    }

    private JsonObject migrated(Figures figures, Migrated one) {
        JsonObject json = new JsonObject();
        json.addProperty("jvmOptions", one.jvmOptions());
        json.addProperty("databases", one.databases());
        json.addProperty("timesTheFloor", figures.timesTheFloor(one));
        json.addProperty("medianTimesTheFloor", figures.medianTimesTheFloor(one));
        json.addProperty("partOfTheSlower", figures.partOfTheSlower(one));
        json.addProperty("medianPartOfTheSlower", figures.medianPartOfTheSlower(one));
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
