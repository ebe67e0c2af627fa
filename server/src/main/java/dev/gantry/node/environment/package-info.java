/**
 * What a task is told: its environment variables, and what the names in <code>${…}</code> stand for. Pure.
 *
 * <p>Names and rules are those of Nomad 0.8, so that images and job files made for it work unchanged.
 */
package dev.gantry.node.environment;
