package dev.gantry.driver.rkt;

import dev.gantry.driver.DriverFingerprint;
import dev.gantry.driver.PreparedTask;
import dev.gantry.driver.RunningTask;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.driver.TaskDriver;
import dev.gantry.driver.TaskRequest;
import dev.gantry.driver.TaskStartException;
import dev.gantry.restriction.Restrictions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks as pods of rkt, as Nomad's driver {@code rkt} does.
 *
 * <p>A pod is prepared, recorded on disk, and then run by a supervisor process that does not depend on the node: the
 * node may die and restart.
 */
public final class RktDriver implements TaskDriver {

    static final String NAME = "rkt";

    private static final Logger LOG = LoggerFactory.getLogger(RktDriver.class);

    /** The number of task ends that are handled at the same time. No more can wait than tasks run on this node. */
    private static final int END_THREADS = 4;

    private final RktExecutable executable;
    private final RktFinder finder;
    private final RktFingerprinter fingerprinter;
    private final Restrictions restrictions;
    private final PodVolumes volumes;
    private final Supervisor supervisor;
    private final Path allocations;
    private final TaskTools tools;
    private final RktGarbage garbage;

    /** True once {@link #sweep} was called. From then on, a pod of this node that is not held belongs to no task. */
    private volatile boolean areAllocationsKnown;

    /** Read while a task is being made ready, written while images are removed. */
    private final ReadWriteLock starts = new ReentrantReadWriteLock();

    /**
     * Creates a driver for this machine.
     *
     * @param executable finds rkt
     * @param restrictions what tasks may ask of the machine
     * @param limits the resource limits of tasks whose config sets no others
     * @param allocations the absolute directory of this node's allocations; each has a subdirectory, named by its id
     * @param garbage when to remove unused pods and images of rkt: the node's options {@code rkt.gc.*}
     * @param clock the time
     */
    public RktDriver(
            RktExecutable executable,
            Restrictions restrictions,
            ResourceLimits limits,
            Path allocations,
            RktGarbageSettings garbage,
            InstantSource clock) {
        this(
                executable,
                restrictions,
                limits,
                allocations,
                garbage,
                clock,
                RktTimeouts.DEFAULT,
                ControlGroups.ofThisMachine());
    }

    RktDriver(
            RktExecutable executable,
            Restrictions restrictions,
            ResourceLimits limits,
            Path allocations,
            RktGarbageSettings garbage,
            InstantSource clock,
            RktTimeouts timeouts,
            ControlGroups groups) {
        Map<String, String> environment = new TreeMap<>(HostEnvironment.forRkt(System.getenv()));
        // Tasks may write below a path that they may mount, and put links there.
        environment.put("RKT_NO_LINKS_BELOW", restrictions.restrictsHostVolumes() ? "/" : realPath(allocations));
        ProgramStart start = ProgramStart.with(environment, limits);
        CommandRunner runner = new CommandRunner(start);
        this.executable = executable;
        this.finder = new RktFinder(executable, runner, timeouts);
        this.fingerprinter = new RktFingerprinter(
                finder,
                restrictions.allowsHostVolumes(),
                RktDriver::isRoot,
                () -> missingTool(environment.get("PATH")));
        this.restrictions = restrictions;
        this.volumes = new PodVolumes(restrictions);
        this.supervisor = new Supervisor(start, groups);
        this.allocations = allocations;
        this.tools = new TaskTools(
                runner,
                timeouts,
                new HeldPods(),
                new KnownImages(clock),
                groups,
                new ProcessWatch(),
                endThreads(),
                clock);
        this.garbage =
                new RktGarbage(finder, garbage, this::removeUnused, starts.writeLock(), clock, RktGarbage::percentUsed);
    }

    /** Returns the path of the allocations without links, as the paths of volumes have it; see AllocationPaths. */
    private static String realPath(Path allocations) {
        try {
            return allocations.toRealPath().toString();
        } catch (IOException e) {
            // The directory does not exist yet.
            return allocations.toAbsolutePath().normalize().toString();
        }
    }

    private static Optional<String> missingTool(String path) {
        return Supervisor.TOOLS.stream()
                .filter(tool -> RktExecutable.onSearchPath(tool, path).isEmpty())
                .findFirst();
    }

    private static ExecutorService endThreads() {
        return Executors.newFixedThreadPool(END_THREADS, task -> {
            Thread thread = new Thread(task, "rkt-end");
            thread.setDaemon(true);
            return thread;
        });
    }

    private static boolean isRoot() {
        try {
            // The owner of a process's directory is its effective user.
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException e) {
            throw new UncheckedIOException("Can't determine whether the node runs as root", e);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public DriverFingerprint fingerprint() {
        return fingerprinter.fingerprint();
    }

    @Override
    public PreparedTask prepare(TaskRequest request) throws TaskStartException, InterruptedException {
        Path task = request.directory().own();
        starts.readLock().lockInterruptibly();
        try {
            tools.held().starting(task);
            return new PodPreparation(finder.current(), restrictions, volumes, supervisor, tools).prepare(request);
        } catch (RktException e) {
            throw e.toTaskStartException();
        } finally {
            tools.held().started(task);
            starts.readLock().unlock();
        }
    }

    @Override
    public Optional<RunningTask> find(TaskDirectory directory) {
        RunFiles files = RunFiles.of(directory);
        try {
            Optional<PodRecord> pod = new RunRecords(directory, executable).read();
            if (pod.isEmpty()) {
                return Optional.empty();
            }
            if (files.giveUp(pod.get().uuid())) {
                // The pod was never run; a sweep removes it.
                files.forget();
                return Optional.empty();
            }
            return Optional.of(found(pod.get(), directory));
        } catch (IOException e) {
            throw new UncheckedIOException("Can't find the run of " + directory.own(), e);
        }
    }

    private RunningTask found(PodRecord pod, TaskDirectory directory) throws IOException {
        Optional<ProcessIdentity> identity = RunFiles.of(directory).supervisor(pod.uuid());
        SupervisorProcess supervisor = identity.isPresent()
                ? SupervisorProcess.found(identity.get(), tools.watch())
                : SupervisorProcess.gone();
        tools.held().hold(pod.uuid());
        return new RktTask(pod, finder.of(pod), directory, supervisor, tools);
    }

    @Override
    public void collectGarbage() {
        try {
            garbage.collectIfDue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void removeUnused(RktCli rkt) throws RktException, InterruptedException {
        if (areAllocationsKnown) {
            sweeper(rkt).removeUnused();
        }
    }

    private RktSweeper sweeper(RktCli rkt) {
        return new RktSweeper(rkt, allocations, tools.held(), new PodRemains(tools));
    }

    @Override
    public boolean sweep(Predicate<String> isKnown) {
        areAllocationsKnown = true;
        try {
            return sweeper(finder.current()).sweep(isKnown);
        } catch (RktException e) {
            LOG.warn("Can't search for the pods of earlier processes: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }
}
