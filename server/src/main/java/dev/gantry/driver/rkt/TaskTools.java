package dev.gantry.driver.rkt;

import java.time.InstantSource;
import java.util.concurrent.Executor;

/**
 * The parts of a driver that all its tasks share.
 *
 * @param runner runs commands
 * @param timeouts their time limits
 * @param held the pods that this process uses
 * @param images prepares pods
 * @param groups finds the control groups of pods
 * @param watch watches supervisors of earlier processes
 * @param executor handles the ends of tasks, each of which may take as long as a call of rkt
 * @param clock tells the time
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
