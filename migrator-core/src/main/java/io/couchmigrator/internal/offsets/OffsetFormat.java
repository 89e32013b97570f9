// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.offsets.SourceId.RowId;
import io.couchmigrator.internal.offsets.StageOffset.Database;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import io.couchmigrator.internal.offsets.TargetIdentity.ShardsIdentity;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The offset file as JSON. Reading it back throws {@link IllegalArgumentException} that names the place at which the
 * file is not what this version wrote.
 */
final class OffsetFormat {
    private static final HexFormat DIGITS = HexFormat.of();

    private OffsetFormat() {}

    static JsonObject json(Offsets offsets) {
        JsonObject source = new JsonObject();
        source.addProperty("url", offsets.url());
        source.addProperty("uuid", offsets.uuid());
        JsonObject json = new JsonObject();
        FormatRule.mark(json, offsets.heedsPurges());
        json.addProperty("migration", offsets.migration());
        json.addProperty("saved", offsets.saved().toString());
        if (offsets.verified() != null) {
            json.addProperty("verified", offsets.verified().toString());
        }
        json.add("source", source);
        JsonObject target = json(offsets.target());
        if (offsets.targetName() != null) {
            target.addProperty("name", offsets.targetName());
        }
        json.add("target", target);
        json.addProperty("outstanding_rejects", offsets.rejects().outstanding());
        offsets.rejects().digest().ifPresent(digest -> json.addProperty("rejects_digest", DIGITS.toHexDigits(digest)));
        JsonArray stages = new JsonArray();
        offsets.stages().forEach(stage -> stages.add(json(stage, offsets.rates().get(stage.name()))));
        json.add("stages", stages);
        return json;
    }

    static Offsets offsets(JsonObject json) {
        FilePlace place = new FilePlace("$", json);
        FilePlace source = place.object("source");
        return new Offsets(
                place.string("migration"),
                place.instant("saved"),
                source.string("url"),
                source.stringOrNull("uuid"),
                place.has("verified") ? place.instant("verified") : null,
                target(place.object("target")),
                place.object("target").has("name") ? place.object("target").string("name") : null,
                new RejectsMark(
                        place.count("outstanding_rejects"),
                        place.has("rejects_digest") ? OptionalLong.of(digest(place)) : OptionalLong.empty()),
                stages(place),
                rates(place));
    }

    private static long digest(FilePlace place) {
        String digits = place.string("rejects_digest");
        if (digits.length() != Long.BYTES * 2 || !digits.chars().allMatch(HexFormat::isHexDigit)) {
            throw place.unexpected("rejects_digest", "16 hexadecimal digits");
        }
        return HexFormat.fromHexDigitsToLong(digits);
    }

    /** Of two stages of one name only one could go on. */
    private static List<StageOffset> stages(FilePlace place) {
        List<StageOffset> stages = place.list("stages", OffsetFormat::stage);
        Set<String> names = new HashSet<>();
        for (int i = 0; i < stages.size(); i++) {
            if (!names.add(stages.get(i).name())) {
                throw place.unexpected("stages[%s].name".formatted(i), "a name that no stage before it has");
            }
        }
        return stages;
    }

    private static Map<String, Double> rates(FilePlace place) {
        Map<String, Double> rates = new HashMap<>();
        place.list("stages", stage -> stage).stream()
                .filter(stage -> stage.has("rate"))
                .forEach(stage -> rates.put(stage.string("name"), stage.amount("rate")));
        return rates;
    }

    private static JsonObject json(TargetIdentity target) {
        JsonObject json = new JsonObject();
        json.addProperty("system_identifier", target.systemIdentifier().orElse(null));
        json.addProperty("database", target.database());
        json.addProperty("database_oid", target.databaseOid());
        JsonObject tables = new JsonObject();
        target.tables().forEach(tables::addProperty);
        json.add("table_oids", tables);
        target.timeline().ifPresent(timeline -> json.addProperty("timeline", timeline));
        if (!target.shards().isEmpty()) {
            JsonArray shards = new JsonArray();
            target.shards().forEach(held -> shards.add(json(held)));
            json.add("shards", shards);
        }
        if (!target.sources().isEmpty()) {
            JsonObject sources = new JsonObject();
            target.sources().forEach((stage, database) -> sources.add(stage, json(database)));
            json.add("table_sources", sources);
        }
        return json;
    }

    private static JsonObject json(ShardsIdentity held) {
        JsonObject json = new JsonObject();
        json.addProperty("first", held.first());
        json.addProperty("last", held.last());
        json.add("database", json(held.database()));
        return json;
    }

    private static TargetIdentity target(FilePlace place) {
        FilePlace tables = place.object("table_oids");
        Map<String, Long> oids = new TreeMap<>();
        tables.names().forEach(name -> oids.put(name, tables.number(name)));
        return new TargetIdentity(
                Optional.ofNullable(place.stringOrNull("system_identifier")),
                place.string("database"),
                place.number("database_oid"),
                oids,
                place.numberOrNone("timeline"),
                place.has("shards") ? place.list("shards", OffsetFormat::shards) : List.of(),
                place.has("table_sources") ? sources(place.object("table_sources")) : Map.of());
    }

    private static Map<String, TargetIdentity> sources(FilePlace place) {
        Map<String, TargetIdentity> sources = new LinkedHashMap<>();
        place.names().forEach(stage -> sources.put(stage, target(place.object(stage))));
        return sources;
    }

    private static ShardsIdentity shards(FilePlace place) {
        return new ShardsIdentity(
                place.smallNumber("first"), place.smallNumber("last"), target(place.object("database")));
    }

    private static JsonObject json(StageOffset stage, @Nullable Double rate) {
        JsonObject json = new JsonObject();
        json.addProperty("name", stage.name());
        json.addProperty("definition", stage.definition());
        json.addProperty("database", stage.source().map(Database::name).orElse(null));
        json.addProperty(
                "instance_start_time",
                stage.source().map(Database::instanceStartTime).orElse(null));
        stage.source().map(Database::updateSequence).ifPresent(token -> json.add("update_seq", token));
        stage.source().map(Database::purges).ifPresent(token -> json.add("purge_seq", token));
        json.addProperty("phase", stage.phase().word());
        json.add("sequence", stage.sequence() == null ? JsonNull.INSTANCE : stage.sequence());
        json.addProperty("total", stage.total());
        if (rate != null) {
            json.addProperty("rate", rate);
        }
        json.addProperty("planned", stage.planned().toString());
        json.addProperty(
                "completed",
                stage.completed() == null ? null : stage.completed().toString());
        json.add("tallies_outside_ranges", TalliesFormat.json(stage.others()));
        if (stage.source().isPresent()) {
            JsonArray witnesses = new JsonArray();
            stage.witnesses().forEach(witness -> witnesses.add(json(witness)));
            json.add("witnesses", witnesses);
        }
        if (!stage.claims().isEmpty()) {
            JsonArray claims = new JsonArray();
            stage.claims().forEach(claim -> claims.add(claim.json()));
            json.add("claims", claims);
        }
        JsonArray ranges = new JsonArray();
        stage.ranges().forEach(range -> ranges.add(json(range)));
        json.add("ranges", ranges);
        return json;
    }

    private static StageOffset stage(FilePlace place) {
        String database = place.stringOrNull("database");
        String word = place.string("phase");
        Phase phase = Arrays.stream(Phase.values())
                .filter(p -> p.word().equals(word))
                .findFirst()
                .orElseThrow(() -> place.unexpected("phase", "one of the words of this version"));
        if (database == null) {
            checkRows(place);
        }
        List<RangeOffset> ranges =
                place.list("ranges", range -> range(range, database == null ? RowId.class : DocumentId.class));
        checkRanges(place, ranges);
        if (phase != Phase.READING && !ranges.stream().allMatch(RangeOffset::done)) {
            throw place.unexpected("phase", "\"%s\" only with all ranges done".formatted(word));
        }
        return new StageOffset(
                place.string("name"),
                place.smallNumber("definition"),
                database == null
                        ? Optional.empty()
                        : Optional.of(new Database(
                                database,
                                place.string("instance_start_time"),
                                place.has("update_seq") ? place.anythingOrNull("update_seq") : null,
                                place.has("purge_seq") ? place.anythingOrNull("purge_seq") : null)),
                phase,
                database == null ? place.anythingOrNull("sequence") : place.sequence("sequence"),
                place.count("total"),
                place.instant("planned"),
                place.stringOrNull("completed") == null ? null : place.instant("completed"),
                ranges,
                TalliesFormat.tallies(place.object("tallies_outside_ranges")),
                place.has("witnesses") ? place.list("witnesses", OffsetFormat::witness) : List.of(),
                place.has("claims") ? place.list("claims", TableClaims::of) : List.of());
    }

    /** What only documents have makes no sense of table rows: one of the two is wrong. */
    private static void checkRows(FilePlace place) {
        for (String name : List.of("instance_start_time", "update_seq", "purge_seq", "sequence", "witnesses")) {
            if (place.has(name) && place.anythingOrNull(name) != null) {
                throw place.unexpected(name, "null, as database is");
            }
        }
    }

    private static JsonObject json(Witness witness) {
        JsonObject json = new JsonObject();
        json.addProperty("id", witness.id());
        json.addProperty("rev", witness.rev());
        return json;
    }

    private static Witness witness(FilePlace place) {
        return new Witness(place.string("id"), place.string("rev"));
    }

    /** A gap between ranges would be documents that nobody reads. */
    private static void checkRanges(FilePlace place, List<RangeOffset> ranges) {
        if (ranges.isEmpty()) {
            throw place.unexpected("ranges", "at least one");
        }
        SourceId from = null;
        for (int i = 0; i < ranges.size(); i++) {
            RangeOffset range = ranges.get(i);
            boolean last = i == ranges.size() - 1;
            if (!Objects.equals(range.from(), from)) {
                throw place.unexpected("ranges[%s].from".formatted(i), i == 0 ? "null" : "where the range before ends");
            }
            if ((range.before() == null) != last) {
                throw place.unexpected("ranges[%s].before".formatted(i), last ? "null" : "an id");
            }
            from = range.before();
        }
    }

    private static JsonObject json(RangeOffset range) {
        JsonObject json = new JsonObject();
        json.add("from", json(range.from()));
        json.add("before", json(range.before()));
        json.add("after", json(range.after()));
        range.rank().ifPresent(rank -> json.addProperty("rank", rank));
        json.addProperty("done", range.done());
        json.add("tallies", TalliesFormat.json(range.tallies()));
        return json;
    }

    private static RangeOffset range(FilePlace place, Class<? extends SourceId> ids) {
        return new RangeOffset(
                place.id("from", ids),
                place.id("before", ids),
                place.id("after", ids),
                place.countOrNone("rank"),
                place.flag("done"),
                TalliesFormat.tallies(place.object("tallies")));
    }

    private static JsonElement json(@Nullable SourceId id) {
        return id == null ? JsonNull.INSTANCE : id.json();
    }
}
