package dev.gantry.driver.rkt;

import java.util.OptionalInt;

/**
 * The status of a pod, as rkt prints it.
 *
 * @param uuid the pod
 * @param state the state of the pod
 * @param exitCode the exit code of its app; empty if the stage1 records none
 * @param isOutOfMemory true if the kernel killed processes of the app at its memory limit; false if rkt does not report
 *     this
 */
record PodStatus(String uuid, PodState state, OptionalInt exitCode, boolean isOutOfMemory) {}
