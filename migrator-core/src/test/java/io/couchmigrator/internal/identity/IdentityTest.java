// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonPrimitive;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Migration;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.identity.Difference.Kind;
import io.couchmigrator.internal.identity.Difference.OfFile;
import io.couchmigrator.internal.identity.Difference.OfTimeline;
import io.couchmigrator.internal.identity.Identity.Misfit;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.RejectsMark;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.StageOffset.Database;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.offsets.Witness;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class IdentityTest {
    private static final Instant NOON = Instant.parse("2018-10-24T12:00:00Z");

    private static final TargetIdentity TARGET =
            new TargetIdentity(Optional.of("7123"), "hq", 1, Map.of("t", 7L), OptionalLong.of(3));

    @Test
    void refusesOtherDefinitionsOnceForAllStagesThatDifferAlike() {
        Migration migration = Migration.builder("orders")
                .stage(stage("a", 2))
                .stage(stage("b", 2))
                .stage(stage("c", 3))
                .stage(stage("d", 1))
                .build();

        assertThat(refusals(migration, saved("a"), saved("b"), saved("c"), saved("d")))
                .satisfiesExactly(
                        alike -> assertThat(alike)
                                .startsWith(
                                        "offset file \"orders.offsets.json\" was written by a run that made other rows"
                                                + " than this one would, in stages \"a\", \"b\": seen definition 2, expected"
                                                + " definition 1 as the file says: run the version of this program that wrote it, "),
                        other -> assertThat(other)
                                .contains("in stage \"c\": seen definition 3, expected definition 1 "));
    }

    @Test
    void tellsAllDifferencesInOneList() {
        Migration migration = Migration.builder("invoices").stage(stage("a", 2)).build();
        TargetIdentity other = new TargetIdentity(Optional.of("7124"), "shop", 2, Map.of("t", 8L), OptionalLong.of(4));
        Identity.Source source = source("orders", "1540414720", "7-x");

        List<Difference> differences = new Identity(migration, Optional.of(other), Map.of("a", source))
                .compare(offsets(saved("a"), saved("gone")));

        assertThat(differences)
                .containsExactly(
                        new OfFile(Kind.PLACE, "migration", "invoices", "orders"),
                        new OfFile(Kind.PLACE, "PostgreSQL system_identifier", "7124", "7123"),
                        new OfFile(Kind.PLACE, "database", "shop", "hq"),
                        new OfFile(Kind.PLACE, "database oid", "2", "1"),
                        new OfFile(Kind.PLACE, "oid of table \"t\"", "8", "7"),
                        new OfTimeline("PostgreSQL", 4, 3),
                        new OfFile(Kind.PLACE, "stage", "one of a", "gone"),
                        new OfFile(Kind.DEFINITION, "stage \"a\"", "definition 2", "definition 1"),
                        new OfFile(
                                Kind.SOURCE,
                                "CouchDB database of stage \"a\"",
                                "\"orders\" with instance_start_time 1540414720",
                                "\"orders\" with instance_start_time 1540414719"));
    }

    /** Nothing else in the file tells, as long as no key was read. */
    @Test
    void refusesAStageOfRowsWhereOneOfDocumentsIs() {
        Migration migration = Migration.builder("orders").stage(stage("a", 1)).build();
        StageOffset rows =
                StageOffset.planned("a", 1, Optional.empty(), null, 0, NOON, List.of(RangeOffset.of(null, null)));

        assertThat(refusals(migration, rows))
                .singleElement()
                .asString()
                .contains(
                        "belongs to something else: what stage \"a\" reads: seen documents, expected table rows as the file says");
    }

    @Test
    void believesFewerChangesOnlyOfAServerThatCountsThemOnce() {
        Identity.Source one = source("orders", "1540414719", "7-x");
        Identity.Source three = new Identity.Source(one.database(), OptionalLong.of(3), List.of());

        assertThat(one.compare(saved("a"))).hasValueSatisfying(difference -> assertThat(difference)
                .extracting(OfFile::seen, OfFile::expected)
                .containsExactly("7 changes", "9 or more"));
        assertThat(three.compare(saved("a"))).isEmpty();
    }

    @Test
    void tellsOfTheFirstWitnessThatDoesNotFitAndHowManyMore() {
        Database same = source("orders", "1540414719", "9-x").database();
        List<Misfit> misfits = List.of(
                new Misfit(new Witness("o1", "2-b"), Optional.empty()),
                new Misfit(new Witness("o2", "2-b"), Optional.of("1-a")));

        Optional<OfFile> difference = new Identity.Source(same, OptionalLong.empty(), misfits).compare(saved("a"));

        assertThat(difference)
                .contains(new OfFile(
                        Kind.SOURCE,
                        "document \"o1\" of CouchDB database \"orders\", which stage \"a\" has read",
                        "no such document, not even a deleted one, and 1 more of 2 witnesses that do not fit",
                        "revision 2-b or a later one"));
    }

    private static List<String> refusals(Migration migration, StageOffset... stages) {
        return new Identity(migration, Optional.of(TARGET), Map.of())
                .compare(offsets(stages)).stream()
                        .map(OfFile.class::cast)
                        .map(difference -> difference
                                .refusal(Path.of("orders.offsets.json"))
                                .getMessage())
                        .toList();
    }

    private static Offsets offsets(StageOffset... stages) {
        return new Offsets("orders", NOON, "http://couch/", null, null, TARGET, RejectsMark.NONE, List.of(stages));
    }

    private static Identity.Source source(String name, String created, String sequence) {
        Database database = new Database(name, created, new JsonPrimitive(sequence));
        return new Identity.Source(database, OptionalLong.of(1), List.of());
    }

    private static StageOffset saved(String name) {
        return new StageOffset(
                name,
                1,
                Optional.of(source("orders", "1540414719", "9-x").database()),
                Phase.READING,
                null,
                0,
                NOON,
                null,
                List.of(),
                Tallies.NONE,
                List.of(new Witness("o1", "2-b"), new Witness("o2", "2-b")),
                List.of());
    }

    private static DocumentStage<String> stage(String name, int definition) {
        return DocumentStage.<String>builder(name)
                .definition(definition)
                .transform((document, context) -> List.of())
                .writer((connection, changes) -> changes.size())
                .build();
    }
}
