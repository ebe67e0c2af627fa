package examples;

import dev.gantry.client.GantryClient;
import dev.gantry.client.InvalidArgumentException;
import dev.gantry.client.Jobs;
import dev.gantry.client.LogOptions;
import dev.gantry.client.Watch;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.EvaluationStatus;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.WatchJobResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Submits a batch job, waits for its end, and prints what it wrote.
 *
 * <pre>
 * java -cp 'client/target/*:client/target/lib/*' docs/examples/SubmitAndWatch.java 127.0.0.1:7470 /srv/gantry/hello.aci
 * </pre>
 */
public final class SubmitAndWatch {

    private SubmitAndWatch() {}

    /**
     * Runs the example.
     *
     * @param args the server's address, and an image that has {@code /bin/echo}
     * @throws IOException if standard output is closed
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            System.err.println("usage: SubmitAndWatch ADDRESS IMAGE");
            System.exit(2);
        }
        try (GantryClient gantry = GantryClient.connect(args[0])) {
            run(gantry, args[1], System.out);
        } catch (InvalidArgumentException e) {
            e.violations().forEach(fault -> System.err.println(fault.getField() + ": " + fault.getDescription()));
            System.exit(1);
        }
    }

    /**
     * Submits, waits, prints.
     *
     * @param gantry the cluster
     * @param image what to run
     * @param out where to print
     * @throws IOException if nothing can be printed
     */
    public static void run(GantryClient gantry, String image, PrintStream out) throws IOException {
        Job job = Jobs.batch("say-hello")
                .datacenters("dc1")
                .constraint("${driver.rkt.version}", ">", "1.2")
                .group(Jobs.group("greeters")
                        .task(Jobs.rkt("greeter", image)
                                .command("/bin/echo")
                                .args("hello from ${node.unique.name}")
                                .net("host")
                                .memory(64)))
                .build();

        SubmitJobResponse submitted = gantry.jobs().submit(job);
        out.println("submitted version " + submitted.getVersion() + " of " + job.getId());

        Optional<Allocation> ended = waitForEnd(gantry, job.getId(), submitted, out);
        if (ended.isPresent()) {
            try (InputStream log = gantry.allocations().logs(ended.get().getId(), LogOptions.STDOUT)) {
                log.transferTo(out);
            }
        }
    }

    /** The allocation that the job ended with; empty if the job can't be placed, or someone else has changed it. */
    private static Optional<Allocation> waitForEnd(
            GantryClient gantry, String jobId, SubmitJobResponse submitted, PrintStream out) {
        Run run = new Run(submitted.getVersion());
        try (Watch<WatchJobResponse> watch = gantry.jobs().watch(jobId)) {
            while (watch.hasNext()) {
                WatchJobResponse update = watch.next();
                run.accept(update, out);
                if (run.isOvertaken) {
                    out.println("someone else has stopped the job or submitted it again");
                    return Optional.empty();
                }
                if (run.lastIndex > update.getIndex()) {
                    continue; // more of the same change is to come
                }
                if (run.evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED) {
                    run.evaluation.getFailuresList().forEach(failure -> out.println(failure.getSummary()));
                    return Optional.empty();
                }
                Optional<Allocation> ended = run.end();
                if (ended.isPresent()) {
                    return ended;
                }
            }
        }
        return Optional.empty();
    }

    /** The allocations of one version of the job. An unchanged job that is submitted again keeps its version. */
    private static final class Run {

        private final long version;
        private final Map<String, Allocation> allocations = new LinkedHashMap<>();
        private Evaluation evaluation = Evaluation.getDefaultInstance();
        private long lastIndex;
        private boolean isOvertaken;

        Run(long version) {
            this.version = version;
        }

        void accept(WatchJobResponse update, PrintStream out) {
            if (update.hasJob()) {
                JobRecord job = update.getJob();
                isOvertaken = job.getVersion() != version || job.getStopped();
            }
            for (Evaluation next : update.getEvaluationsList()) {
                lastIndex = Math.max(lastIndex, next.getModifyIndex());
                if (next.getCreateIndex() >= evaluation.getCreateIndex()) {
                    evaluation = next;
                }
            }
            for (Allocation next : update.getAllocationsList()) {
                lastIndex = Math.max(lastIndex, next.getModifyIndex());
                if (next.getJobVersion() == version) {
                    Allocation before = allocations.put(next.getId(), next);
                    if (before == null || before.getClientStatus() != next.getClientStatus()) {
                        out.println(next.getName() + " is " + next.getClientStatus() + " on " + next.getNodeName());
                        if (next.getClientStatus() == ClientStatus.CLIENT_STATUS_FAILED) {
                            out.println(next.getDescription());
                        }
                    }
                }
            }
        }

        /** A failure is the end only once the scheduler has looked at it and places no other allocation. */
        Optional<Allocation> end() {
            if (evaluation.getStatus() != EvaluationStatus.EVALUATION_STATUS_COMPLETE) {
                return Optional.empty();
            }
            return allocations.values().stream().filter(Run::isEnd).findFirst();
        }

        private static boolean isEnd(Allocation allocation) {
            ClientStatus status = allocation.getClientStatus();
            boolean isReplaced = allocation.hasNextRescheduleTime()
                    || !allocation.getNextAllocationId().isEmpty();
            return status == ClientStatus.CLIENT_STATUS_COMPLETE
                    || (status == ClientStatus.CLIENT_STATUS_FAILED && !isReplaced);
        }
    }
}
