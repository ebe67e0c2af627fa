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
import dev.gantry.v1.SubmitJobResponse;
import dev.gantry.v1.WatchJobResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Optional;

/**
 * Submits a batch job, waits for its end, and prints what it wrote.
 *
 * <pre>
 * java -cp 'server/target/lib/*' docs/examples/SubmitAndWatch.java 127.0.0.1:7470 /srv/images/hello.aci
 * </pre>
 */
public final class SubmitAndWatch {

    private SubmitAndWatch() {}

    /**
     * Runs the example.
     *
     * @param args the server's address, and an image whose program ends by itself
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
        Job job = Jobs.batch("hello")
                .datacenters("dc1")
                .constraint("${driver.rkt.version}", ">", "1.2")
                .group(Jobs.group("greeters")
                        .task(Jobs.rkt("greeter", image)
                                .net("host")
                                .env("GREETING", "hello from ${node.unique.name}")
                                .memory(64)))
                .build();

        SubmitJobResponse submitted = gantry.jobs().submit(job);
        out.println("submitted version " + submitted.getVersion() + " of " + job.getId());

        Optional<Allocation> ended = waitForEnd(gantry, submitted, out);
        if (ended.isPresent()) {
            try (InputStream log = gantry.allocations().logs(ended.get().getId(), LogOptions.STDOUT)) {
                log.transferTo(out);
            }
        }
    }

    /** The allocation once it has ended; empty if the job can't be placed. */
    private static Optional<Allocation> waitForEnd(GantryClient gantry, SubmitJobResponse submitted, PrintStream out) {
        try (Watch<WatchJobResponse> watch = gantry.jobs().watch("hello")) {
            while (watch.hasNext()) {
                WatchJobResponse update = watch.next();
                for (Evaluation evaluation : update.getEvaluationsList()) {
                    if (evaluation.getStatus() == EvaluationStatus.EVALUATION_STATUS_BLOCKED) {
                        evaluation.getFailuresList().forEach(failure -> out.println(failure.getSummary()));
                        return Optional.empty();
                    }
                }
                for (Allocation allocation : update.getAllocationsList()) {
                    if (!allocation.getEvaluationId().equals(submitted.getEvaluationId())) {
                        continue;
                    }
                    out.println(allocation.getName() + " is " + allocation.getClientStatus() + " on "
                            + allocation.getNodeName());
                    if (hasEnded(allocation.getClientStatus())) {
                        return Optional.of(allocation);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static boolean hasEnded(ClientStatus status) {
        return switch (status) {
            case CLIENT_STATUS_COMPLETE, CLIENT_STATUS_FAILED, CLIENT_STATUS_LOST -> true;
            default -> false;
        };
    }
}
