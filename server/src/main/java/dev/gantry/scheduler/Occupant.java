package dev.gantry.scheduler;

/**
 * An allocation of the job that is planned, as far as others of the job look at it.
 *
 * @param taskGroup its group
 * @param node where it is or shall be
 */
record Occupant(String taskGroup, NodeRoom node) {}
