package dev.gantry.driver.rkt;

import dev.gantry.driver.TaskDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what is kept of a task's last run, and mends it where it is damaged or missing although the run goes on: the process
 * of the supervisor tells which pod it is.
 */
final class RunRecords {

    private static final Logger LOG = LoggerFactory.getLogger(RunRecords.class);

    private final TaskDirectory directory;
    private final RunFiles files;
    private final RktExecutable executable;

    /**
     * Reads nothing yet.
     *
     * @param directory the task's
     * @param executable the rkt to assume of a run whose record does not say which one made it
     */
    RunRecords(TaskDirectory directory, RktExecutable executable) {
        this.directory = directory;
        this.files = RunFiles.of(directory);
        this.executable = executable;
    }

    /**
     * The pod of the last start; empty if there is none.
     *
     * @throws IOException if its record can't be read and no supervisor lives that would tell
     */
    Optional<PodRecord> read() throws IOException {
        Optional<PodRecord> pod;
        try {
            pod = files.pod();
        } catch (IOException e) {
            return Optional.of(mend(SupervisorSearch.find(directory.driver()).orElseThrow(() -> e)));
        }
        if (pod.isPresent()) {
            mendSupervisor(pod.get().uuid());
            return pod;
        }
        Optional<SupervisorSearch.Run> run = SupervisorSearch.find(directory.driver());
        return run.isPresent() ? Optional.of(mend(run.get())) : Optional.empty();
    }

    private PodRecord mend(SupervisorSearch.Run run) throws IOException {
        PodRecord pod = new PodRecord(run.uuid(), rkt(), startOf(run.supervisor()));
        files.save(pod);
        files.mend(run.uuid(), run.supervisor());
        LOG.warn(
                "{} had no good record of pod {}, which runs: it is mended from the process of its supervisor",
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
            LOG.warn("The record of the supervisor of pod {} was damaged; it is mended", uuid);
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
