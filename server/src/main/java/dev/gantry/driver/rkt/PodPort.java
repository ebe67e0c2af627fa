package dev.gantry.driver.rkt;

/**
 * A port of the machine that leads into a pod.
 *
 * @param name name of the port in the image
 * @param hostPort port of the machine
 */
record PodPort(String name, int hostPort) {}
