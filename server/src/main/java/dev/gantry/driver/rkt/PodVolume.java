package dev.gantry.driver.rkt;

import java.nio.file.Path;

/**
 * A volume of a pod: a directory or file of the host.
 *
 * @param name an AC Name, unique in the pod
 * @param source absolute path on the machine
 * @param target absolute path in the pod
 * @param readOnly whether the pod may only read it
 */
record PodVolume(String name, Path source, String target, boolean readOnly) {}
