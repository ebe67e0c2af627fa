/**
 * Reads job files: HCL as Nomad 0.8 or Nomad 1.x writes it, the JSON of {@code gantry.v1.Job}, or that of Nomad's API.
 * Writes jobs as such files, and finds where a file says a field of its job.
 *
 * <p>A job file is refused where it is wrong, at its line and column, rather than read for less than it says: a key that
 * Nomad knows and Gantry does not have yet is an error, and so is a key that is set twice. What needs the cluster to be
 * judged (drivers, their settings, constraints) is left to the server, which answers with field violations.
 *
 * <p>For the commands and for the API, so nothing here may know of either, or of a server.
 */
package dev.gantry.jobfile;
