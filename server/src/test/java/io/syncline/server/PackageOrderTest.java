package io.syncline.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Each package of this module touches only what stands before it, and each library lives in one.
class PackageOrderTest {
    private static final String ROOT = "io.syncline.server.";

    private static final List<String> ORDER =
            List.of(
                    "settings",
                    "view",
                    "report",
                    "demo",
                    "lifecycle",
                    "model",
                    "security",
                    "store",
                    "account",
                    "instance",
                    "task",
                    "verification",
                    "metrics",
                    "alert",
                    "api",
                    "web",
                    "rest",
                    "console",
                    "boot",
                    "client",
                    "cli");

    /// Libraries, and the packages that may know them.
    private static final Map<String, List<String>> LIBRARIES =
            Map.ofEntries(
                    Map.entry("org.jdbi..", List.of("store")),
                    Map.entry("com.zaxxer.hikari..", List.of("store")),
                    Map.entry("org.flywaydb..", List.of("store")),
                    Map.entry("java.sql..", List.of("store")),
                    Map.entry("org.bouncycastle..", List.of("security")),
                    Map.entry("com.google.crypto..", List.of("security")),
                    Map.entry("io.javalin..", List.of("web", "rest", "console", "boot")),
                    Map.entry("org.eclipse.jetty..", List.of("web")),
                    Map.entry("gg.jte..", List.of("console")),
                    Map.entry("io.micrometer..", List.of("metrics")),
                    Map.entry("jakarta.mail..", List.of("alert")),
                    Map.entry("org.slf4j..", List.of("boot")),
                    Map.entry("picocli..", List.of("cli")));

    private static final JavaClasses SERVER =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.syncline.server");

    static Stream<Arguments> packages() {
        return Stream.iterate(0, i -> i < ORDER.size(), i -> i + 1)
                .map(i ->
                        Arguments.of(
                                ORDER.get(i),
                                ORDER.subList(i + 1, ORDER.size()).stream()
                                        .map(each -> ROOT + each)
                                        .toArray(String[]::new)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packages")
    void touchesNothingThatStandsBehindIt(String name, String[] behind) {
        noClasses()
                .that()
                .resideInAPackage(ROOT + name)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(behind)
                .allowEmptyShould(true)
                .check(SERVER);
    }

    @Test
    void everyPackageHasItsPlace() {
        classes()
                .that(
                        DescribedPredicate.describe(
                                "are not where the process starts",
                                (JavaClass c) -> !c.getPackageName().equals("io.syncline.server")))
                .should()
                .resideInAnyPackage(ORDER.stream().map(each -> ROOT + each).toArray(String[]::new))
                .check(SERVER);
    }

    @Test
    void eachLibraryLivesInItsRoom() {
        LIBRARIES.forEach((library, rooms) ->
                noClasses()
                        .that()
                        .resideOutsideOfPackages(
                                rooms.stream().map(each -> ROOT + each).toArray(String[]::new))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(library)
                        .check(SERVER));
    }

    /// What `./syncline sync` and its like load: without the service's libraries on the class path.
    @Test
    void theOneShotCommandsReachTheServiceInOnePlaceOnly() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        ROOT + "settings",
                        ROOT + "view",
                        ROOT + "report",
                        ROOT + "demo",
                        ROOT + "cli")
                .and()
                .doNotHaveSimpleName("ServerCommand")
                .and()
                .doNotHaveSimpleName("ServerDemo")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + "boot", ROOT + "store", ROOT + "rest", ROOT + "console")
                .check(SERVER);
    }
}
