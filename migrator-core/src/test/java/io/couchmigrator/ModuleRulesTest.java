// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noCodeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.Architectures;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

@AnalyzeClasses(
        packages = "io.couchmigrator",
        importOptions = {ImportOption.DoNotIncludeTests.class, ModuleRulesTest.WithoutTestkit.class})
final class ModuleRulesTest {
    private static final int MOST_TYPES = 40;
    private static final int MOST_DOORS = 20;

    /** Those whose doors are few; the others are tools of all rooms. */
    private static final List<String> ROOMS_WITH_DOORS =
            List.of("run", "verify", "batch", "target", "source", "ranges", "identity");

    private static final List<String> ROOMS = List.of(
            "run",
            "verify",
            "batch",
            "target",
            "source",
            "postgres",
            "ranges",
            "couch",
            "identity",
            "offsets",
            "files",
            "retry",
            "arguments");

    private static final DescribedPredicate<JavaMember> OFFERED = DescribedPredicate.describe(
            "are offered to callers",
            member -> !inside(member.getOwner(), "io.couchmigrator.internal")
                    && (member.getModifiers().contains(JavaModifier.PUBLIC)
                            || member.getModifiers().contains(JavaModifier.PROTECTED))
                    && member.getOwner().getModifiers().contains(JavaModifier.PUBLIC));

    @ArchTest
    static final ArchRule SIGNATURES_NAME_NO_CLIENT_LIBRARY = noCodeUnits()
            .that(OFFERED)
            .should(name("okhttp3", "okio", "com.fasterxml", "com.google.common", "org.jooq", "org.postgresql"))
            .because("callers must not have to follow our HTTP client, SQL library and driver: take java.net, java.sql"
                    + " and javax.sql types instead");

    @ArchTest
    static final ArchRule SIGNATURES_NAME_NOTHING_INTERNAL = noCodeUnits()
            .that(OFFERED)
            .should(name("io.couchmigrator.internal"))
            .because("what a caller can name is a promise: move the type into a public package, or hide the method");

    @ArchTest
    static final ArchRule FIELDS_LEAK_NOTHING = noFields()
            .that(OFFERED)
            .should(fieldOf(
                    "okhttp3",
                    "okio",
                    "com.fasterxml",
                    "com.google.common",
                    "org.jooq",
                    "org.postgresql",
                    "io.couchmigrator.internal"))
            .because("a public field is as much a promise as a method");

    @ArchTest
    static final ArchRule ONLY_THE_MIGRATOR_KNOWS_HOW_IT_WORKS = noClasses()
            .that()
            .resideInAPackage("io.couchmigrator")
            .and()
            .doNotBelongToAnyOf(Migrator.class, Running.class, MigrationInfo.class)
            .should()
            .dependOnClassesThat(DescribedPredicate.describe(
                    "work inside",
                    type -> inside(type, "io.couchmigrator.internal")
                            && !inside(type, "io.couchmigrator.internal.arguments")))
            .because("all else that callers name is a description, which every room may name without a circle");

    /** The picture of {@code docs/architecture.md}: an arrow means "may name", and so what lies below it. */
    @ArchTest
    static final ArchRule ROOMS_NAME_ONLY_WHAT_LIES_BELOW_THEM = rooms().whereLayer("run")
            .mayOnlyBeAccessedByLayers("root")
            .whereLayer("verify")
            .mayOnlyBeAccessedByLayers("run")
            .whereLayer("batch")
            .mayOnlyBeAccessedByLayers("run", "verify")
            .whereLayer("target")
            .mayOnlyBeAccessedByLayers("run", "verify", "batch")
            .whereLayer("source")
            .mayOnlyBeAccessedByLayers("run", "verify", "batch")
            .whereLayer("postgres")
            .mayOnlyBeAccessedByLayers("run", "verify", "batch", "target", "source")
            .whereLayer("ranges")
            .mayOnlyBeAccessedByLayers("run", "verify", "batch", "source")
            .whereLayer("couch")
            .mayOnlyBeAccessedByLayers("run", "verify", "batch", "source")
            .whereLayer("identity")
            .mayOnlyBeAccessedByLayers("run", "verify", "batch", "source")
            .whereLayer("offsets")
            .mayOnlyAccessLayers("root", "files")
            .whereLayer("retry")
            .mayOnlyAccessLayers("root", "files")
            .whereLayer("files")
            .mayOnlyAccessLayers("root")
            .whereLayer("arguments")
            .mayNotAccessAnyLayer()
            .whereLayer("arguments")
            .mayOnlyBeAccessedByLayers("root")
            .because("one must be able to draw the house from memory: hand a value up instead of naming a neighbour");

    @ArchTest
    static final ArchRule EVERY_ROOM_IS_DRAWN = classes()
            .that()
            .resideInAPackage("io.couchmigrator.internal..")
            .should()
            .resideInAnyPackage(ROOMS.stream()
                    .map("io.couchmigrator.internal.%s"::formatted)
                    .toArray(String[]::new))
            .because("a room that is not in the picture has no rules");

    private static Architectures.LayeredArchitecture rooms() {
        Architectures.LayeredArchitecture rooms = layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("root")
                .definedBy("io.couchmigrator");
        for (String room : ROOMS) {
            rooms = rooms.layer(room).definedBy("io.couchmigrator.internal." + room);
        }
        return rooms;
    }

    @ArchTest
    static final ArchRule MIGRATIONS_HAVE_NO_PRIVILEGES = noClasses()
            .that()
            .resideInAPackage("io.couchmigrator.commcare..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.couchmigrator.internal..")
            .because("whatever a migration of ours needs, someone else's will: offer it in the public package");

    @ArchTest
    static final ArchRule THE_ENGINE_KNOWS_NO_MIGRATION = noClasses()
            .that()
            .resideOutsideOfPackage("io.couchmigrator.commcare..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.couchmigrator.commcare..")
            .because("a migration is data to the engine: what is special about one belongs into its stages");

    @ArchTest
    static final ArchRule NOTHING_IS_PRINTED = noClasses()
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(Throwable.class, "printStackTrace")
            .because("standard output is the embedding program's: tell the listener, or log");

    @ArchTest
    static final ArchRule NO_PROCESS_IS_ENDED = noClasses()
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class)
            .orShould()
            .callMethod(Runtime.class, "addShutdownHook", Thread.class)
            .because("the process is the embedding program's: return a result, or throw");

    @ArchTest
    static final ArchRule LOGS_THROUGH_SLF4J_ONLY = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ch.qos.logback..", "java.util.logging..", "org.apache.logging..")
            .because("the embedding program chooses where logs go");

    @ArchTest
    static void noRoomHasMoreTypesThanOneCanKnow(JavaClasses classes) {
        Map<String, List<String>> rooms = classes.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .collect(groupingBy(JavaClass::getPackageName, mapping(JavaClass::getSimpleName, toList())));

        assertThat(rooms).hasSizeGreaterThan(ROOMS.size()).allSatisfy((room, types) -> assertThat(types)
                .as("types of %s: nest one in its only user, or part the room", room)
                .hasSizeLessThanOrEqualTo(MOST_TYPES));
    }

    @ArchTest
    static void roomsHaveFewDoors(JavaClasses classes) {
        List<String> doors = classes.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(type -> ROOMS_WITH_DOORS.stream()
                        .anyMatch(room -> type.getPackageName().equals("io.couchmigrator.internal." + room)))
                .map(JavaClass::getSimpleName)
                .sorted()
                .toList();

        assertThat(doors)
                .as("what rooms show each other: let a door answer instead of handing out its parts")
                .contains("Run", "Feed")
                .hasSizeLessThanOrEqualTo(MOST_DOORS);
    }

    private static ArchCondition<JavaCodeUnit> name(String... packages) {
        return new ArchCondition<>("name types of " + String.join(", ", packages)) {
            @Override
            public void check(JavaCodeUnit unit, ConditionEvents events) {
                Stream<JavaType> thrown =
                        unit.getThrowsClause().getTypes().stream().map(JavaType.class::cast);
                Stream<JavaType> named =
                        Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream());
                boolean found = Stream.concat(named, thrown).anyMatch(type -> involves(type, packages));
                events.add(new SimpleConditionEvent(unit, found, unit.getDescription()));
            }
        };
    }

    private static ArchCondition<JavaField> fieldOf(String... packages) {
        return new ArchCondition<>("be of types of " + String.join(", ", packages)) {
            @Override
            public void check(JavaField field, ConditionEvents events) {
                events.add(
                        new SimpleConditionEvent(field, involves(field.getType(), packages), field.getDescription()));
            }
        };
    }

    private static boolean involves(JavaType type, String... packages) {
        return type.getAllInvolvedRawTypes().stream()
                .anyMatch(raw -> Stream.of(packages).anyMatch(name -> inside(raw, name)));
    }

    private static boolean inside(JavaClass type, String name) {
        return type.getPackageName().equals(name) || type.getPackageName().startsWith(name + ".");
    }

    /** The testkit is a module of its own, with rules of its own. */
    static final class WithoutTestkit implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/io/couchmigrator/testkit/");
        }
    }
}
