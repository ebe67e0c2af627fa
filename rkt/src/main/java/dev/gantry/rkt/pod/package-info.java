/** Preparing a pod: its directory, its manifest and the files that the launcher reads to run it. */
package dev.gantry.rkt.pod;
