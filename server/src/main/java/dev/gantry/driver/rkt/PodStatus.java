package dev.gantry.driver.rkt;

import java.util.OptionalInt;

/**
 * The status of a pod, as rkt prints it.
 *
 * @param uuid the pod
 * @param state how it is
 * @param exitCode the exit code of its app, where the stage1 keeps one
 * @param isOutOfMemory whether the kernel killed processes of its app at its memory limit; false where rkt can't know
 */
record PodStatus(String uuid, PodState state, OptionalInt exitCode, boolean isOutOfMemory) {}
