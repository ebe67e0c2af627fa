package dev.gantry.cluster.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.cluster.ClusterFixture;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobVersion;
import dev.gantry.v1.UpdateStrategy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobVersionCacheTest {

    @TempDir
    Path dir;

    private ClusterFixture cluster;
    private JobVersionCache cache;

    @BeforeEach
    void open() {
        cluster = new ClusterFixture(dir);
        cache = new JobVersionCache(cluster.store().reader());
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void each_version_that_allocations_run_is_returned_once() {
        Allocation old = ClusterFixture.allocation("a1", cluster.submit("web", "v1", UpdateStrategy.newBuilder()), 0);
        cluster.store().listen(cache::publish);
        JobRecord newest = cluster.submit("web", "v2", UpdateStrategy.newBuilder());

        assertThat(cache.of(List.of(
                        old, ClusterFixture.allocation("a2", newest, 1), ClusterFixture.allocation("a3", newest, 2))))
                .extracting(JobVersion::getVersion)
                .containsExactlyInAnyOrder(0L, 1L);
    }

    @Test
    void a_new_job_with_the_id_of_a_deleted_one_is_not_confused_with_it() {
        cluster.store().listen(cache::publish);
        JobRecord first = cluster.submit("web", "v1", UpdateStrategy.newBuilder());
        Allocation allocation = ClusterFixture.allocation("a1", first, 0);
        assertThat(images(allocation)).containsExactly("v1");

        cluster.jobs().stop("web", Optional.empty()).join();
        cluster.store()
                .write(transaction -> transaction.putEvaluation(cluster.newestEvaluation("web").toBuilder()
                        .setStatus(dev.gantry.v1.EvaluationStatus.EVALUATION_STATUS_COMPLETE)
                        .build()))
                .join();
        cluster.store()
                .write(transaction -> transaction.beginDeletion().jobs(List.of("web"), Long.MAX_VALUE))
                .join();
        cluster.submit("web", "v2", UpdateStrategy.newBuilder());

        assertThat(images(allocation)).containsExactly("v2");
    }

    private List<String> images(Allocation allocation) {
        return cache.of(List.of(allocation)).stream()
                .map(version -> version.getJob().getMetaOrThrow("image"))
                .toList();
    }
}
