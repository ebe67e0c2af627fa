/**
 * Tells watchers of changes of the store.
 *
 * <p>{@code WatchHub} wakes those who wait for an object; what they read then is theirs. No gRPC here.
 */
package dev.gantry.cluster.watch;
