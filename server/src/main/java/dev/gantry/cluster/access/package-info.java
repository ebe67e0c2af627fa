/**
 * Keeps tokens and policies: their changes, and who holds which secret at this moment.
 *
 * <p>What a policy allows is decided in {@code dev.gantry.access}; which call needs what, in {@code dev.gantry.api.access}.
 */
package dev.gantry.cluster.access;
