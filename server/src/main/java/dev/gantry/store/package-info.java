/**
 * The database: transactions go in, rows and change notices come out. The only package that uses SQL, jOOQ, H2
 * or PostgreSQL.
 *
 * <p>Begin to read at {@code Store}, and for a write at {@code GroupCommitter}.
 *
 * <p>Makes no decisions: {@code cluster} and {@code api} decide what to write.
 */
package dev.gantry.store;
