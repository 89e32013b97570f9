// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packagesOf = MigratorExtension.class, importOptions = ImportOption.DoNotIncludeTests.class)
final class ModuleRulesTest {
    @ArchTest
    static final ArchRule ROOMS_KNOW_ONLY_WHAT_LIES_BELOW = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("extension")
            .definedBy("io.couchmigrator.testkit")
            .layer("commcare")
            .definedBy("io.couchmigrator.testkit.commcare")
            .layer("couch")
            .definedBy("io.couchmigrator.testkit.couch")
            .layer("documents")
            .definedBy("io.couchmigrator.testkit.couch.documents")
            .layer("wire")
            .definedBy("io.couchmigrator.testkit.couch.wire")
            .layer("postgres")
            .definedBy("io.couchmigrator.testkit.postgres")
            .layer("faults")
            .definedBy("io.couchmigrator.testkit.faults")
            .whereLayer("extension")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("commcare")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("couch")
            .mayOnlyBeAccessedByLayers("extension", "commcare")
            .whereLayer("postgres")
            .mayOnlyBeAccessedByLayers("extension", "commcare")
            .whereLayer("documents")
            .mayOnlyBeAccessedByLayers("couch")
            .whereLayer("wire")
            .mayOnlyBeAccessedByLayers("couch")
            .whereLayer("faults")
            .mayOnlyBeAccessedByLayers("couch", "wire", "postgres")
            .ensureAllClassesAreContainedInArchitecture()
            .because("these arrows have no circle, and who takes the double alone reads nothing of PostgreSQL or"
                    + " CommCare: move a type to the room of its users, or below both");
}
