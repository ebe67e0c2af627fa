/**
 * The audit log: a file with one line of JSON for each recorded call. Not here: which calls are recorded and what is known
 * of them, which is in {@code api}.
 */
package dev.gantry.audit;
