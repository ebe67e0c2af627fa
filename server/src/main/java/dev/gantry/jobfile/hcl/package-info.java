/**
 * Parses HCL 1, the language of job files: only its syntax, nothing about jobs.
 *
 * <p>Gantry reads it with a parser of its own. The one Java library for HCL, hcl4j, evaluates what it reads: it resolves
 * <code>${NOMAD_PORT_http}</code> to a bare word, calls functions, and drops positions on the way; it takes unclosed
 * braces and strings for whole ones; and two settings on one line, which Nomad's documentation writes, break it or lose
 * the second. Its lexer, from which positions could be had, is closed to other packages and searches the rest of the file
 * anew for each block. What a job file says must reach the server as it was written, or be refused at its line and
 * column.
 *
 * <p>The rules are those of HashiCorp's {@code hcl} 1.0, which Nomad 0.8 reads job files with.
 */
package dev.gantry.jobfile.hcl;
