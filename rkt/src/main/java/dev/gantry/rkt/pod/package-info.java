/**
 * Preparation of pods: the plan of a pod, its directory, its manifest and the files that the launcher reads to run it.
 *
 * <p>Images are ready before: nothing here finds or fetches one. Nothing here runs an app: the launcher does.
 */
package dev.gantry.rkt.pod;
