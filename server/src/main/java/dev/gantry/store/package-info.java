/**
 * The database: transactions in, rows and change notices out. The only package that knows SQL, jOOQ or H2.
 *
 * <p>Decides nothing: what to write is decided by {@code cluster} and {@code api}.
 */
package dev.gantry.store;
