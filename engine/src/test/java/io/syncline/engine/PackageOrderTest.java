package io.syncline.engine;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Each package touches only what stands before it, and the engine only the JDK.
class PackageOrderTest {
    private static final String ROOT = "io.syncline.engine.";

    private static final List<String> ORDER =
            List.of(
                    "bytes",
                    "resp",
                    "command",
                    "rdb",
                    "fault",
                    "etl",
                    "net",
                    "cluster",
                    "source",
                    "file",
                    "scan",
                    "target",
                    "twoway",
                    "handover",
                    "precheck",
                    "verify",
                    "link",
                    "pair");

    private static final List<String> SOURCES = List.of("source", "file", "scan");

    private static final JavaClasses ENGINE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.syncline.engine");

    static Stream<Arguments> packages() {
        return Stream.iterate(0, i -> i < ORDER.size(), i -> i + 1)
                .map(i -> Arguments.of(ORDER.get(i), allowed(i)));
    }

    private static String[] allowed(int index) {
        return Stream.concat(
                        ORDER.subList(0, index + 1).stream()
                                // What is written to a target knows nothing of a source.
                                .filter(each ->
                                        !ORDER.get(index).equals("target")
                                                || !SOURCES.contains(each))
                                .map(each -> ROOT + each),
                        Stream.of("java..", "javax..", "jdk.net", "org.jspecify.annotations"))
                .toArray(String[]::new);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("packages")
    void touchesOnlyWhatStandsBeforeIt(String name, String[] allowed) {
        classes()
                .that()
                .resideInAPackage(ROOT + name)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                .check(ENGINE);
    }

    @Test
    void everyPackageHasItsPlace() {
        classes()
                .should()
                .resideInAnyPackage(ORDER.stream().map(each -> ROOT + each).toArray(String[]::new))
                .check(ENGINE);
    }
}
