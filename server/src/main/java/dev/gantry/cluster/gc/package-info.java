/**
 * Deletes objects that have ended long enough ago, as Nomad's garbage collection does.
 *
 * <p>Nothing is deleted here that a running allocation or an undelivered change may still need.
 */
package dev.gantry.cluster.gc;
