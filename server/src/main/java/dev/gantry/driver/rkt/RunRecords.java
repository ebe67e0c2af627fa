package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the records of a task's last run. If they are damaged or missing although the run continues, repairs them from
 * the process of the supervisor, which identifies the pod.
 */
final class RunRecords {

    private static final Logger LOG = LoggerFactory.getLogger(RunRecords.class);

    private final TaskDirectory directory;
    private final RunFiles files;
    private final RktExecutable executable;

    /**
     * Creates the reader; it reads nothing yet.
     *
     * @param directory the task's
     * @param executable the rkt to assume for a run whose record names no rkt
     */
    RunRecords(TaskDirectory directory, RktExecutable executable) {
        this.directory = directory;
        this.files = RunFiles.of(directory);
        this.executable = executable;
    }

    /**
     * Returns the pod of the last start; empty if the task was never started.
     *
     * @throws IOException if its record can't be read, and neither a live supervisor nor the files of an ended one
     *     identify the pod
     */
    Optional<PodRecord> read() throws IOException {
        Optional<PodRecord> pod;
        try {
            pod = files.pod();
        } catch (IOException e) {
            Optional<SupervisorSearch.Run> living = SupervisorSearch.find(directory.driver());
            return Optional.of(living.isPresent() ? mend(living.get()) : mendEnded(e));
        }
        if (pod.isPresent() && files.isTaken(pod.get().uuid())) {
            mendSupervisor(pod.get().uuid());
            return pod;
        }
        // No supervisor is recorded: the run never started, or its record is wrong, or the supervisor's record is lost.
        Optional<SupervisorSearch.Run> run = SupervisorSearch.find(directory.driver())
                .filter(living ->
                        pod.isEmpty() || !living.uuid().equals(pod.get().uuid()) || files.hasBegun(living.uuid()));
        return run.isPresent() ? Optional.of(mend(run.get())) : pod;
    }

    /**
     * Repairs the record of a run that has ended. The files of its supervisor identify the run, if only one run has
     * such files.
     */
    private PodRecord mendEnded(IOException damage) throws IOException {
        Map<String, Instant> runs = files.supervised();
        if (runs.size() != 1) {
            throw damage;
        }
        String uuid = runs.keySet().iterator().next();
        PodRecord pod = new PodRecord(uuid, rkt(), runs.get(uuid).truncatedTo(ChronoUnit.MILLIS));
        files.save(pod);
        LOG.warn("{} had no valid record of ended pod {}; it is repaired", directory.driver(), uuid);
        return pod;
    }

    private PodRecord mend(SupervisorSearch.Run run) throws IOException {
        PodRecord pod = new PodRecord(run.uuid(), rkt(), startOf(run.supervisor()));
        files.save(pod);
        files.mend(run.uuid(), run.supervisor());
        LOG.warn(
                "{} had no valid record of running pod {}; it is repaired from its supervisor's process",
                directory.driver(),
                run.uuid());
        return pod;
    }

    private void mendSupervisor(String uuid) throws IOException {
        if (!files.isTakenByUnknown(uuid)) {
            return;
        }
        Optional<SupervisorSearch.Run> run = SupervisorSearch.find(directory.driver())
                .filter(found -> found.uuid().equals(uuid));
        if (run.isPresent()) {
            files.mend(uuid, run.get().supervisor());
            LOG.warn("The record of the supervisor of pod {} was damaged; it is repaired", uuid);
        }
    }

    private Path rkt() throws IOException {
        try {
            return executable.locate();
        } catch (RktException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static Instant startOf(ProcessIdentity process) throws IOException {
        return process.handle()
                .flatMap(handle -> handle.info().startInstant())
                .orElseThrow(() -> new IOException("Process " + process.pid() + " has ended meanwhile"));
    }
}
