/**
 * The database: transactions go in, rows and change notices come out. The only package that uses SQL, jOOQ or H2.
 *
 * <p>Makes no decisions: {@code cluster} and {@code api} decide what to write.
 */
package dev.gantry.store;
