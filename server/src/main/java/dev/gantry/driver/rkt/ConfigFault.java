package dev.gantry.driver.rkt;

/**
 * One fault in the config block of a task.
 *
 * @param field where in the block: a key, or an element of its list such as {@code volumes[1]}
 * @param description what is wrong, and the remedy, for people
 */
record ConfigFault(String field, String description) {}
