package dev.gantry.app;

import dev.gantry.api.JobValidator;
import dev.gantry.api.OfflineWhatIf;
import dev.gantry.cli.CommandFailedException;
import dev.gantry.cli.SnapshotQuestions;
import dev.gantry.cluster.ClusterException;
import dev.gantry.cluster.job.Cron;
import dev.gantry.cluster.scheduling.StoredWhatIf;
import dev.gantry.driver.DriverMachineUses;
import dev.gantry.driver.TaskConfigCheck;
import dev.gantry.driver.rkt.RktConfigCheck;
import dev.gantry.model.ProtoTimes;
import dev.gantry.scheduler.Scheduler;
import dev.gantry.scheduler.state.SchedulerOptions;
import dev.gantry.snapshot.SnapshotException;
import dev.gantry.store.SnapshotRestore;
import dev.gantry.store.Store;
import dev.gantry.store.StoreException;
import dev.gantry.v1.SnapshotHeader;
import dev.gantry.v1.WhatIfRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Answers what-ifs from a snapshot file: makes a database of it in a temporary directory, which only this user may enter, and
 * computes on it as a server does.
 */
final class SnapshotWhatIf implements SnapshotQuestions {

    @Override
    public Outcome whatIf(Path snapshot, Scheduling scheduling, WhatIfRequest request) {
        ProgramLog.onlyWarnings();
        try {
            Path directory = Files.createTempDirectory("gantry-what-if-");
            try {
                return answer(snapshot, directory, options(scheduling), request);
            } finally {
                TemporaryDirectory.remove(directory);
            }
        } catch (SnapshotException e) {
            throw new CommandFailedException("%s %s".formatted(snapshot, e.getMessage()), e);
        } catch (StoreException | ClusterException e) {
            throw new CommandFailedException(e.getMessage(), e);
        } catch (IOException e) {
            throw new CommandFailedException("can't read %s: %s".formatted(snapshot, e), e);
        }
    }

    private static SchedulerOptions options(Scheduling scheduling) {
        return new SchedulerOptions(
                scheduling.spreads() ? SchedulerOptions.Algorithm.SPREAD : SchedulerOptions.Algorithm.BINPACK,
                scheduling.preempting());
    }

    private static Outcome answer(Path snapshot, Path directory, SchedulerOptions options, WhatIfRequest request)
            throws SnapshotException, IOException {
        SnapshotHeader header = SnapshotRestore.run(snapshot, directory, Optional.empty(), true)
                .summary()
                .getHeader();
        Instant then = ProtoTimes.toInstantMillis(header.getCreateTime());
        List<TaskConfigCheck> drivers = List.of(new RktConfigCheck());
        try (Store store = Store.open(directory)) {
            StoredWhatIf stored =
                    new StoredWhatIf(store.reader(), new Scheduler(new DriverMachineUses(drivers)), options);
            OfflineWhatIf.Outcome outcome = new OfflineWhatIf(new JobValidator(drivers, Cron::fault))
                    .answer(request, valid -> stored.answer(valid, then));
            return new Outcome(outcome.response(), outcome.violations());
        }
    }
}
