// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.couchmigrator.cli.command.DemoCommand;
import java.io.PrintStream;

@AnalyzeClasses(packagesOf = Main.class, importOptions = ImportOption.DoNotIncludeTests.class)
final class ModuleRulesTest {
    @ArchTest
    static final ArchRule USES_THE_PUBLIC_LIBRARY_ONLY = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.couchmigrator.internal..")
            .because("the command line is a program like any other that embeds the library: what it needs and cannot"
                    + " reach belongs into the public package");

    @ArchTest
    static final ArchRule ONLY_MAIN_ENDS_THE_PROCESS = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(Main.class.getName())
            .should()
            .callMethod(System.class, "exit", int.class)
            .because("all else returns a status, so that tests can ask for it");

    @ArchTest
    static final ArchRule ONLY_MAIN_KNOWS_SIGNALS = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(Main.class.getName())
            .and()
            .doNotHaveFullyQualifiedName(StopSignals.class.getName())
            .should()
            .dependOnClassesThat()
            .areAssignableTo(StopSignals.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class)
            .because("a run is told to stop by a Runnable that Main connects to the signals");

    @ArchTest
    static final ArchRule PRINTS_THROUGH_THE_CONSOLE = noClasses()
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(PrintStream.class)
            .because("only Console writes UTF-8 whatever the locale, keeps the summary, and outlives its terminal");

    @ArchTest
    static final ArchRule ONLY_THE_DEMO_KNOWS_THE_TESTKIT = noClasses()
            .that()
            .resideOutsideOfPackage("io.couchmigrator.cli.demo")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.couchmigrator.testkit..")
            .because("an operator's archive holds no testkit");

    @ArchTest
    static final ArchRule ONLY_THE_DEMO_COMMAND_TOUCHES_THE_DEMO = noClasses()
            .that()
            .resideOutsideOfPackage("io.couchmigrator.cli.demo")
            .and()
            .doNotHaveFullyQualifiedName(DemoCommand.class.getName())
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.couchmigrator.cli.demo")
            .because("its classes can be loaded only where the testkit is");

    @ArchTest
    static final ArchRule ROOMS_NAME_ONLY_THOSE_BELOW_THEM = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .ensureAllClassesAreContainedInArchitecture()
            .layer("door")
            .definedBy("io.couchmigrator.cli")
            .layer("command")
            .definedBy("io.couchmigrator.cli.command")
            .layer("settings")
            .definedBy("io.couchmigrator.cli.settings")
            .layer("console")
            .definedBy("io.couchmigrator.cli.console")
            .layer("verdict")
            .definedBy("io.couchmigrator.cli.verdict")
            .layer("text")
            .definedBy("io.couchmigrator.cli.text")
            .layer("demo")
            .definedBy("io.couchmigrator.cli.demo")
            .whereLayer("command")
            .mayOnlyAccessLayers("settings", "console", "verdict", "text", "demo")
            .whereLayer("settings")
            .mayOnlyAccessLayers("text")
            .whereLayer("console")
            .mayOnlyAccessLayers("text")
            .whereLayer("verdict")
            .mayOnlyAccessLayers("text")
            .whereLayer("text")
            .mayNotAccessAnyLayer()
            .whereLayer("demo")
            .mayNotAccessAnyLayer()
            .because("docs/architecture.md draws them so: settings, console and verdict do not know each other, and"
                    + " the commands bring them together");

    @ArchTest
    static final ArchRule ROOMS_MAKE_NO_CIRCLE = slices().matching("io.couchmigrator.(**)")
            .should()
            .beFreeOfCycles()
            .because("of two rooms that need each other, neither can be read alone");
}
