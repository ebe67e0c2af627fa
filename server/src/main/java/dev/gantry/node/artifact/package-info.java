/**
 * Fetches the artifacts of tasks: from HTTP servers, from directories of the machine and with the machine's git. Unpacks
 * archives, and puts the files below the task's directory.
 *
 * <p>Jobs name the sources, strangers write what is fetched, and tasks may change their directories meanwhile: nothing of
 * these is trusted. Nothing here knows when a task starts, or what follows a failure.
 */
package dev.gantry.node.artifact;
