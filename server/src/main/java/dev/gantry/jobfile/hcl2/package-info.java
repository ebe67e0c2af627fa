/**
 * Reads HCL 2, in which Nomad 1.x writes job files: parses its native syntax, evaluates its expressions, and returns the
 * tree that HCL 1 has, so that nothing behind it knows of two languages.
 *
 * <p>The reference is HCL's published specification of the native syntax. The parser is wider in one point: it also takes
 * settings that share a line and names with dots, as HCL 1 has them, so that it can report all faults of a file in either
 * language.
 *
 * <p>Text comes from strangers: nesting, steps and the size of each value are bounded ({@code Budget}), there is no
 * recursion in the language, regular expressions are matched in linear time, and files are read only if a directory was
 * given.
 */
package dev.gantry.jobfile.hcl2;
