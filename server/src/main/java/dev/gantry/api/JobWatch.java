package dev.gantry.api;

import com.google.protobuf.MessageLite;
import dev.gantry.api.WatchStream.News;
import dev.gantry.api.WatchStream.Progress;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.store.ChangeCursor;
import dev.gantry.store.StoreReader;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Deployment;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.WatchJobRequest;
import dev.gantry.v1.WatchJobResponse;
import dev.gantry.v1.WatchJobResponseOrBuilder;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;

/** One client's watch of a job. Owned by the turns of its {@link WatchStream}. */
final class JobWatch {

    /** The most evaluations, and the most allocations, and the most deployments in one message. */
    private static final int CHUNK = 100;

    /** The most bytes of each in one message; at least one object is sent. */
    private static final int CHUNK_BYTES = 512 * 1024;

    private final String jobId;
    private final StoreReader reader;
    private final JobStatuses records;
    private long toldIndex;

    /**
     * The highest modify_index of the objects that were sent. It may be above {@link #toldIndex}: objects change
     * between reads.
     */
    private long highestTold;

    private ChangeCursor evaluationsTold;
    private ChangeCursor allocationsTold;
    private ChangeCursor deploymentsTold;

    /** The job that was sent last, without its specification, which may be large. */
    private JobRecord toldJob = JobRecord.getDefaultInstance();

    /**
     * Begins a watch.
     *
     * @throws InvalidRequestException if the index to begin at is negative
     */
    JobWatch(WatchJobRequest request, StoreReader reader, JobStatuses records) {
        this.jobId = request.getJobId();
        this.reader = reader;
        this.records = records;
        this.toldIndex = begin(request.getAfterIndex(), reader);
        this.highestTold = toldIndex;
        this.evaluationsTold = ChangeCursor.after(toldIndex);
        this.allocationsTold = evaluationsTold;
        this.deploymentsTold = evaluationsTold;
    }

    /** Returns the changes since the last message. A watch of a job does not end by itself. */
    News<WatchJobResponse> next() {
        // The index is read first: later changes are sent by the next call at the latest.
        long index = reader.lastIndex();
        JobRecord job = records.withStatus(
                reader.jobs().find(jobId).orElseThrow(() -> new UnknownObjectException("job", jobId)));
        List<Evaluation> changedEvaluations = reader.evaluations().changed(jobId, evaluationsTold, CHUNK);
        List<Allocation> changedAllocations = reader.allocations().changed(jobId, allocationsTold, CHUNK);
        List<Deployment> changedDeployments = reader.deployments().changed(jobId, deploymentsTold, CHUNK);
        List<Evaluation> evaluations = head(changedEvaluations);
        List<Allocation> allocations = head(changedAllocations);
        List<Deployment> deployments = head(changedDeployments);
        boolean isAll = isAll(evaluations, changedEvaluations)
                && isAll(allocations, changedAllocations)
                && isAll(deployments, changedDeployments);
        long nextIndex = isAll ? index : toldIndex;
        WatchJobResponse.Builder news = WatchJobResponse.newBuilder()
                .addAllEvaluations(evaluations)
                .addAllAllocations(allocations)
                .addAllDeployments(deployments);
        JobRecord known = job.toBuilder().clearJob().build();
        if (!known.equals(toldJob)) {
            news.setJob(job);
        }
        boolean isNews = !news.build().equals(WatchJobResponse.getDefaultInstance());
        long highest = Math.max(highestTold, highest(job, evaluations, allocations, deployments));
        // The client waits until the index covers all objects it was sent. If nothing else changed, send the index
        // alone.
        boolean isCovered = nextIndex >= highest;
        Optional<WatchJobResponse> message = isNews || (isCovered && toldIndex < highest)
                ? Optional.of(news.setIndex(nextIndex).build())
                : Optional.empty();
        return new News<>(message, isAll && isCovered ? Progress.UP_TO_DATE : Progress.MORE, () -> {
            remember(nextIndex, known, news);
            highestTold = highest;
        });
    }

    /** Returns as many objects from the head of a list as fit into {@link #CHUNK_BYTES}; at least one. */
    private static <T extends MessageLite> List<T> head(List<T> objects) {
        long size = 0;
        for (int i = 0; i < objects.size(); i++) {
            size += objects.get(i).getSerializedSize();
            if (size > CHUNK_BYTES && i > 0) {
                return objects.subList(0, i);
            }
        }
        return objects;
    }

    private static long highest(
            JobRecord job, List<Evaluation> evaluations, List<Allocation> allocations, List<Deployment> deployments) {
        return LongStream.of(
                        job.getModifyIndex(),
                        evaluations.stream()
                                .mapToLong(Evaluation::getModifyIndex)
                                .max()
                                .orElse(0),
                        allocations.stream()
                                .mapToLong(Allocation::getModifyIndex)
                                .max()
                                .orElse(0),
                        deployments.stream()
                                .mapToLong(Deployment::getModifyIndex)
                                .max()
                                .orElse(0))
                .max()
                .orElseThrow();
    }

    private static boolean isAll(List<?> told, List<?> changed) {
        return changed.size() < CHUNK && told.size() == changed.size();
    }

    private static long begin(long afterIndex, StoreReader reader) {
        if (afterIndex < 0) {
            throw new InvalidRequestException("after_index", "%d is below 0".formatted(afterIndex));
        }
        // A future index comes from another database: begin with a snapshot.
        return afterIndex <= reader.lastIndex() ? afterIndex : 0;
    }

    private void remember(long index, JobRecord job, WatchJobResponseOrBuilder told) {
        toldIndex = index;
        toldJob = job;
        evaluationsTold = told.getEvaluationsList().stream()
                .reduce((first, second) -> second)
                .map(last -> new ChangeCursor(last.getModifyIndex(), last.getId()))
                .orElse(evaluationsTold);
        allocationsTold = told.getAllocationsList().stream()
                .reduce((first, second) -> second)
                .map(last -> new ChangeCursor(last.getModifyIndex(), last.getId()))
                .orElse(allocationsTold);
        deploymentsTold = told.getDeploymentsList().stream()
                .reduce((first, second) -> second)
                .map(last -> new ChangeCursor(last.getModifyIndex(), last.getId()))
                .orElse(deploymentsTold);
    }
}
