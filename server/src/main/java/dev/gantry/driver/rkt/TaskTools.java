package dev.gantry.driver.rkt;

import java.time.InstantSource;
import java.util.concurrent.Executor;

/**
 * What the tasks of a driver share.
 *
 * @param runner calls commands
 * @param timeouts how long to wait for them
 * @param held pods that are spoken of
 * @param images has pods made of images
 * @param groups where the control groups of pods are
 * @param watch looks after supervisors that were found
 * @param executor where ends of tasks are looked into, which may take as long as a call of rkt
 * @param clock the time
 */
record TaskTools(
        CommandRunner runner,
        RktTimeouts timeouts,
        HeldPods held,
        KnownImages images,
        ControlGroups groups,
        ProcessWatch watch,
        Executor executor,
        InstantSource clock) {}
