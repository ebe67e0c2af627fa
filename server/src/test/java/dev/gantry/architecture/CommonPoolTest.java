package dev.gantry.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * On a machine with two processors, Java's common pool has one thread, and the HTTP client of Java completes its answers
 * there. Work of ours that waits in the pool delays them, or waits for itself. Tests are held to it too.
 */
@AnalyzeClasses(packages = "dev.gantry")
class CommonPoolTest {

    @ArchTest
    static final ArchRule nothing_runs_in_the_common_pool = noClasses()
            .that()
            .haveNameNotMatching(".*\\.LoudFuture")
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "a method of CompletableFuture without the executor that it runs in",
                    CommonPoolTest::isInCommonPool));

    private static boolean isInCommonPool(JavaMethodCall call) {
        return call.getTargetOwner().isAssignableTo(CompletableFuture.class)
                && call.getTarget().getName().endsWith("Async")
                && call.getTarget().getRawParameterTypes().stream()
                        .noneMatch(type -> type.isEquivalentTo(Executor.class));
    }
}
