/**
 * Computes the environment variables of a task, and interpolates <code>${…}</code> in the texts of a task. Pure.
 *
 * <p>Names and rules are those of Nomad 0.8, so that images and job files for Nomad work unchanged.
 */
package dev.gantry.node.environment;
