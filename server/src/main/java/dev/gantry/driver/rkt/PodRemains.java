package dev.gantry.driver.rkt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the remaining processes of a pod. With the original rkt's fly stage1, children of an app survive the app. They
 * would keep the task's ports and write to its directories. Usually the supervisor ends them. This class is for pods
 * whose supervisor was killed, and for pods without a control group.
 */
final class PodRemains {

    private static final Logger LOG = LoggerFactory.getLogger(PodRemains.class);

    private static final Path ROOT = Path.of("/");
    private static final long PAUSE_MILLIS = 50;
    private static final String END_GROUP = new String(Supervisor.script("end-group"), StandardCharsets.UTF_8);

    private final TaskTools tools;

    PodRemains(TaskTools tools) {
        this.tools = tools;
    }

    /**
     * Ends the remaining processes of a pod whose supervisor has ended, and waits for their end.
     *
     * @param uuid the pod
     * @param files its records
     * @return false if a process survives because it waits for a device
     */
    boolean end(String uuid, RunFiles files) throws InterruptedException {
        try {
            Optional<Path> entered = files.group(uuid);
            // The supervisor has recorded rkt's exit, so the processes that an OCI runtime keeps in other groups have
            // ended too.
            if (entered.isPresent() && files.exit(uuid).isPresent()) {
                return endGroup(entered.get(), uuid);
            }
            Optional<ProcessIdentity> supervisor = files.supervisor(uuid);
            OptionalLong session = supervisor.isPresent() && !supervisor.get().isOfEarlierBoot()
                    ? OptionalLong.of(supervisor.get().pid())
                    : OptionalLong.empty();
            return endAll(uuid, session, entered.or(() -> tools.groups().of(uuid)));
        } catch (IOException e) {
            LOG.warn("Pod {}: its remaining processes are found by its id alone: {}", uuid, e.getMessage());
            return end(uuid);
        }
    }

    /** Ends the remaining processes of a pod whose records are lost, and waits for their end. */
    boolean end(String uuid) throws InterruptedException {
        return endAll(uuid, OptionalLong.empty(), tools.groups().of(uuid));
    }

    /**
     * Ends the processes of the control group and all others that can be found. After an interrupted start, the group
     * may exist without the pod in it. An app of an OCI runtime may have left the group for a group of its own.
     */
    private boolean endAll(String uuid, OptionalLong session, Optional<Path> group) throws InterruptedException {
        boolean isEnded = group.isEmpty() || endGroup(group.get(), uuid);
        return endProcesses(uuid, session) && isEnded;
    }

    private boolean endGroup(Path group, String uuid) throws InterruptedException {
        if (!ControlGroups.exists(group, uuid)) {
            return true;
        }
        try {
            tools.runner()
                    .run(
                            List.of("/bin/sh", "-c", END_GROUP, "end-group", group.toString()),
                            ROOT,
                            tools.timeouts().forced());
        } catch (RktException e) {
            LOG.debug("Pod {}: can't end the processes of control group {}", uuid, group, e);
        }
        return !ControlGroups.exists(group, uuid);
    }

    private boolean endProcesses(String uuid, OptionalLong session) throws InterruptedException {
        long deadline = System.nanoTime() + tools.timeouts().forced().toNanos();
        for (List<ProcessHandle> left = PodProcesses.find(uuid, session);
                !left.isEmpty();
                left = PodProcesses.find(uuid, session)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            left.forEach(ProcessHandle::destroyForcibly);
            Thread.sleep(PAUSE_MILLIS);
        }
        return true;
    }
}
