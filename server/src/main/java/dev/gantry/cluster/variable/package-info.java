/**
 * Keeps variables: encrypts and decrypts them, which nothing else does, and changes the keys.
 *
 * <p>The store knows only what is encrypted. Which caller may do what is decided in {@code dev.gantry.api.access}.
 */
package dev.gantry.cluster.variable;
