package dev.gantry.rkt;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The packages that each package may use. No package is optional: a renamed one fails. */
@AnalyzeClasses(packages = "dev.gantry.rkt", importOptions = DoNotIncludeTests.class)
class RoomsTest {

    @ArchTest
    static final ArchRule a_package_uses_only_those_that_are_named_here = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.gantry.rkt..")
            .withOptionalLayers(false)
            .layer("base")
            .definedBy("dev.gantry.rkt")
            .layer("appc")
            .definedBy("dev.gantry.rkt.appc..")
            .layer("cli")
            .definedBy("dev.gantry.rkt.cli..")
            .layer("config")
            .definedBy("dev.gantry.rkt.config..")
            .layer("docker")
            .definedBy("dev.gantry.rkt.docker..")
            .layer("fetch")
            .definedBy("dev.gantry.rkt.fetch..")
            .layer("http")
            .definedBy("dev.gantry.rkt.http..")
            .layer("image")
            .definedBy("dev.gantry.rkt.image..")
            .layer("metadata")
            .definedBy("dev.gantry.rkt.metadata..")
            .layer("pod")
            .definedBy("dev.gantry.rkt.pod..")
            .layer("request")
            .definedBy("dev.gantry.rkt.request..")
            .layer("tar")
            .definedBy("dev.gantry.rkt.tar..")
            .layer("trust")
            .definedBy("dev.gantry.rkt.trust..")
            .whereLayer("base")
            .mayNotAccessAnyLayer()
            .whereLayer("appc")
            .mayOnlyAccessLayers("base")
            .whereLayer("config")
            .mayOnlyAccessLayers("base")
            .whereLayer("tar")
            .mayOnlyAccessLayers("base")
            .whereLayer("request")
            .mayOnlyAccessLayers("base", "appc")
            .whereLayer("http")
            .mayOnlyAccessLayers("base", "config")
            .whereLayer("metadata")
            .mayOnlyAccessLayers("base", "appc")
            .whereLayer("trust")
            .mayOnlyAccessLayers("base", "appc", "http")
            .whereLayer("image")
            .mayOnlyAccessLayers("base", "appc", "request", "tar")
            .whereLayer("pod")
            .mayOnlyAccessLayers("base", "appc", "image")
            .whereLayer("docker")
            .mayOnlyAccessLayers("base", "appc", "config", "http", "image", "request", "tar")
            .whereLayer("fetch")
            .mayOnlyAccessLayers("base", "appc", "config", "docker", "http", "image", "request", "trust")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .ensureAllClassesAreContainedInArchitecture();

    @ArchTest
    static final ArchRule images_pods_and_manifests_use_no_network = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.gantry.rkt",
                    "dev.gantry.rkt.appc..",
                    "dev.gantry.rkt.config..",
                    "dev.gantry.rkt.image..",
                    "dev.gantry.rkt.pod..",
                    "dev.gantry.rkt.request..",
                    "dev.gantry.rkt.tar..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net.http..", "com.sun.net.httpserver..", "land.oras..");

    @ArchTest
    static final ArchRule only_trust_knows_openpgp = noClasses()
            .that()
            .resideOutsideOfPackage("dev.gantry.rkt.trust..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bouncycastle..");
}
