package dev.gantry.cli;

import dev.gantry.client.AllocationQuery;
import dev.gantry.client.GantryClient;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.ClientStatus;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** {@code --job}: the job whose newest allocation a command is about, in place of an allocation's id. */
final class NewestAllocation {

    @Spec(Target.MIXEE)
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Option(
            names = "--job",
            paramLabel = "JOB",
            description =
                    "In place of the allocation's id: the job's newest allocation, one that runs before all others.")
    private String jobId;

    /**
     * Returns the id of the job's newest allocation, of one that runs if there is any. Without a job, takes the first of the
     * arguments out and returns it.
     *
     * @throws ParameterException if neither is given
     */
    String find(GantryClient client, List<String> arguments) {
        if (jobId != null) {
            return find(client);
        }
        if (arguments.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "Name an allocation by its id, or a job: --job JOB");
        }
        return arguments.remove(0);
    }

    private String find(GantryClient client) {
        return JobPrefix.list(client, jobId, id -> newest(client, AllocationQuery.ALL.ofJob(id))).stream()
                .findFirst()
                .map(Allocation::getId)
                .orElseThrow(() -> new CommandFailedException(
                        "No allocation of job \"%1$s\" that the token may list. See: gantry job status %1$s"
                                .formatted(jobId)));
    }

    private static List<Allocation> newest(GantryClient client, AllocationQuery all) {
        return Stream.of(all.inStatus(ClientStatus.CLIENT_STATUS_RUNNING), all)
                .flatMap(query -> client.allocations().list(query).limit(1))
                .limit(1)
                .toList();
    }
}
