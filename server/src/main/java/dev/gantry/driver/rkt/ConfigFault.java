package dev.gantry.driver.rkt;

/**
 * One fault in the config block of a task.
 *
 * @param field the field of the block: a key, or an element of a list such as {@code volumes[1]}
 * @param description the fault and the remedy, for people
 */
record ConfigFault(String field, String description) {}
