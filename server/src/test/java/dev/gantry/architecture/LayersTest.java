package dev.gantry.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.io.FileInputStream;
import java.net.Socket;
import java.net.URL;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;

@AnalyzeClasses(packages = "dev.gantry", importOptions = DoNotIncludeTests.class)
class LayersTest {

    /** Methods of {@link System} whose answer depends on when and where they are asked. */
    private static final Set<String> ASKING = Set.of("currentTimeMillis", "nanoTime", "getenv", "getProperty");

    @ArchTest
    static final ArchRule packages_depend_only_on_those_below_them = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.gantry..")
            .withOptionalLayers(false)
            .layer("app")
            .definedBy("dev.gantry.app..")
            .layer("bench")
            .definedBy("dev.gantry.bench..")
            .layer("check")
            .definedBy("dev.gantry.check..")
            .layer("process")
            .definedBy("dev.gantry.process..")
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
            .layer("jobfile")
            .definedBy("dev.gantry.jobfile..")
            .layer("access")
            .definedBy("dev.gantry.access..")
            .layer("audit")
            .definedBy("dev.gantry.audit..")
            .layer("tls")
            .definedBy("dev.gantry.tls..")
            .layer("restriction")
            .definedBy("dev.gantry.restriction..")
            .layer("template")
            .definedBy("dev.gantry.template..")
            .layer("model")
            .definedBy("dev.gantry.model..")
            .layer("snapshot")
            .definedBy("dev.gantry.snapshot..")
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
            .whereLayer("check")
            .mayOnlyBeAccessedByLayers("app")
            .whereLayer("process")
            .mayOnlyBeAccessedByLayers("bench", "check", "app")
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
            .whereLayer("jobfile")
            .mayOnlyBeAccessedByLayers("api", "cli", "app")
            .whereLayer("access")
            .mayOnlyBeAccessedByLayers("cluster", "api", "app")
            .whereLayer("audit")
            .mayOnlyBeAccessedByLayers("api", "app")
            .whereLayer("restriction")
            .mayOnlyBeAccessedByLayers("scheduler", "driver", "node", "jobfile", "cli", "api", "app")
            .whereLayer("tls")
            .mayOnlyBeAccessedByLayers("cli", "api", "node", "bench", "app")
            .whereLayer("files")
            .mayOnlyBeAccessedByLayers("cluster", "node", "driver", "store", "tls", "audit", "cli", "process", "app")
            .whereLayer("snapshot")
            .mayOnlyBeAccessedByLayers("store", "api", "cli", "app")
            // The commands' -t renders their JSON; it reads nothing else, and brings no other layer with it.
            .whereLayer("template")
            .mayOnlyBeAccessedByLayers("node", "cluster", "api", "cli", "app")
            .whereLayer("client")
            .mayOnlyBeAccessedByLayers("cli", "bench", "check", "app");

    @ArchTest
    static final ArchRule only_the_store_knows_sql = noClasses()
            .that()
            .resideOutsideOfPackages("dev.gantry.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.sql..", "org.jooq..", "org.h2..", "org.postgresql..", "org.flywaydb..", "com.zaxxer..");

    @ArchTest
    static final ArchRule only_the_keyring_encrypts = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.gantry.cluster.variable.Keyring")
            .and()
            .doNotHaveFullyQualifiedName("dev.gantry.cluster.variable.Keyring$Keys")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.google.crypto.tink..");

    @ArchTest
    static final ArchRule the_scheduler_is_pure = noClasses()
            .that()
            .resideInAPackage("dev.gantry.scheduler..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.net..", "java.nio.file..", "io.grpc..", "java.util.concurrent..")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(
                    Clock.class,
                    InstantSource.class,
                    Random.class,
                    SplittableRandom.class,
                    SecureRandom.class,
                    Thread.class,
                    Process.class,
                    ProcessBuilder.class)
            .orShould()
            .callMethodWhere(asksTheMachine());

    @ArchTest
    static final ArchRule the_rules_of_a_check_are_functions_of_its_history = noClasses()
            .that()
            .resideInAPackage("dev.gantry.check.history..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.io..", "java.net..", "java.nio.file..", "io.grpc..", "java.util.concurrent..")
            .orShould()
            .callMethodWhere(asksTheMachine());

    @ArchTest
    static final ArchRule templates_reach_nothing_but_their_inputs = noClasses()
            .that()
            .resideInAPackage("dev.gantry.template..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.file..", "java.lang.reflect..", "java.util.concurrent..", "io.grpc..")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(
                    File.class,
                    FileInputStream.class,
                    URL.class,
                    Socket.class,
                    Clock.class,
                    InstantSource.class,
                    Random.class,
                    SplittableRandom.class,
                    SecureRandom.class,
                    Thread.class,
                    Process.class,
                    ProcessBuilder.class)
            .orShould()
            .callMethodWhere(asksTheMachine());

    /** Asks for the time, for chance, or for what surrounds the process. */
    private static DescribedPredicate<JavaMethodCall> asksTheMachine() {
        return DescribedPredicate.describe("time, chance or the process is asked for", call -> {
            AccessTarget target = call.getTarget();
            String owner = target.getOwner().getName();
            String name = target.getName();
            return (owner.startsWith("java.time.") && name.equals("now"))
                    || (owner.equals("java.lang.System") && ASKING.contains(name))
                    || (owner.equals("java.lang.Math") && name.equals("random"))
                    || (owner.equals("java.util.UUID") && name.equals("randomUUID"))
                    || (owner.equals("java.util.Collections") && name.equals("shuffle"));
        });
    }

    @ArchTest
    static final ArchRule packages_of_the_scheduler_depend_only_on_those_below_them = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.gantry.scheduler..")
            .layer("whatif")
            .definedBy("dev.gantry.scheduler.whatif")
            .layer("entry")
            .definedBy("dev.gantry.scheduler")
            .layer("placement")
            .definedBy("dev.gantry.scheduler.placement")
            .layer("reconcile")
            .definedBy("dev.gantry.scheduler.reconcile")
            .layer("plan")
            .definedBy("dev.gantry.scheduler.plan")
            .layer("state")
            .definedBy("dev.gantry.scheduler.state")
            .layer("constraint")
            .definedBy("dev.gantry.scheduler.constraint")
            .whereLayer("whatif")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("entry")
            .mayOnlyBeAccessedByLayers("whatif")
            .whereLayer("placement")
            .mayOnlyBeAccessedByLayers("entry")
            .whereLayer("reconcile")
            .mayOnlyBeAccessedByLayers("placement", "entry")
            .whereLayer("plan")
            .mayOnlyBeAccessedByLayers("reconcile", "placement", "entry", "whatif")
            .whereLayer("state")
            .mayOnlyBeAccessedByLayers("plan", "reconcile", "placement", "entry", "whatif")
            .ensureAllClassesAreContainedInArchitectureIgnoring(
                    DescribedPredicate.not(JavaClass.Predicates.resideInAPackage("dev.gantry.scheduler..")));

    @ArchTest
    static final ArchRule packages_of_the_cluster_depend_only_on_those_below_them = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("dev.gantry.cluster..")
            .layer("shared")
            .definedBy("dev.gantry.cluster")
            .layer("service")
            .definedBy("dev.gantry.cluster.service")
            .layer("node")
            .definedBy("dev.gantry.cluster.node")
            .layer("scheduling")
            .definedBy("dev.gantry.cluster.scheduling")
            .layer("deployment")
            .definedBy("dev.gantry.cluster.deployment")
            .layer("job")
            .definedBy("dev.gantry.cluster.job")
            .layer("evaluation")
            .definedBy("dev.gantry.cluster.evaluation")
            .layer("watch")
            .definedBy("dev.gantry.cluster.watch")
            .layer("gc")
            .definedBy("dev.gantry.cluster.gc")
            .layer("access")
            .definedBy("dev.gantry.cluster.access")
            .whereLayer("service")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("node")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("scheduling")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("deployment")
            .mayOnlyBeAccessedByLayers("scheduling", "node")
            .whereLayer("job")
            .mayOnlyBeAccessedByLayers("deployment", "scheduling", "node", "service")
            .whereLayer("evaluation")
            .mayOnlyBeAccessedByLayers("job", "deployment", "scheduling", "node")
            .whereLayer("watch")
            .mayOnlyBeAccessedByLayers("service", "node")
            .whereLayer("gc")
            .mayNotBeAccessedByAnyLayer()
            .layer("variable")
            .definedBy("dev.gantry.cluster.variable")
            .whereLayer("access")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("variable")
            .mayNotBeAccessedByAnyLayer()
            .ensureAllClassesAreContainedInArchitectureIgnoring(
                    DescribedPredicate.not(JavaClass.Predicates.resideInAPackage("dev.gantry.cluster..")));

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
