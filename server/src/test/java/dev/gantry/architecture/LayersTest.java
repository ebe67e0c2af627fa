package dev.gantry.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.gantry", importOptions = DoNotIncludeTests.class)
class LayersTest {

    @ArchTest
    static final ArchRule packages_depend_only_on_those_below_them = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.gantry..")
            .withOptionalLayers(true)
            .layer("app")
            .definedBy("dev.gantry.app..")
            .layer("bench")
            .definedBy("dev.gantry.bench..")
            .layer("cli")
            .definedBy("dev.gantry.cli..")
            .layer("api")
            .definedBy("dev.gantry.api..")
            .layer("node")
            .definedBy("dev.gantry.node..")
            .layer("driver")
            .definedBy("dev.gantry.driver..")
            .layer("cluster")
            .definedBy("dev.gantry.cluster..")
            .layer("scheduler")
            .definedBy("dev.gantry.scheduler..")
            .layer("store")
            .definedBy("dev.gantry.store..")
            .layer("model")
            .definedBy("dev.gantry.model..")
            .layer("files")
            .definedBy("dev.gantry.files..")
            .layer("client")
            .definedBy("dev.gantry.client..")
            .layer("protocol")
            .definedBy("dev.gantry.v1..")
            .whereLayer("app")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("bench")
            .mayOnlyBeAccessedByLayers("app")
            .whereLayer("cli")
            .mayOnlyBeAccessedByLayers("app")
            .whereLayer("api")
            .mayOnlyBeAccessedByLayers("app")
            .whereLayer("node")
            .mayOnlyBeAccessedByLayers("app")
            .whereLayer("driver")
            .mayOnlyBeAccessedByLayers("node", "api", "app")
            .whereLayer("cluster")
            .mayOnlyBeAccessedByLayers("api", "app")
            .whereLayer("scheduler")
            .mayOnlyBeAccessedByLayers("cluster", "api", "app")
            .whereLayer("store")
            .mayOnlyBeAccessedByLayers("cluster", "api", "bench", "app")
            .whereLayer("files")
            .mayOnlyBeAccessedByLayers("node", "driver", "bench", "app")
            .whereLayer("client")
            .mayOnlyBeAccessedByLayers("cli", "bench", "app");

    @ArchTest
    static final ArchRule only_the_store_knows_sql = noClasses()
            .that()
            .resideOutsideOfPackages("dev.gantry.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.jooq..", "org.h2..", "org.flywaydb..", "com.zaxxer..");

    @ArchTest
    static final ArchRule the_scheduler_is_pure = noClasses()
            .that()
            .resideInAPackage("dev.gantry.scheduler..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.net..", "java.nio.file..", "io.grpc..", "java.util.concurrent..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.time.Clock");

    @ArchTest
    static final ArchRule only_services_and_sessions_speak_grpc = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.gantry.cluster..",
                    "dev.gantry.scheduler..",
                    "dev.gantry.store..",
                    "dev.gantry.driver..",
                    "dev.gantry.model..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.grpc..");
}
