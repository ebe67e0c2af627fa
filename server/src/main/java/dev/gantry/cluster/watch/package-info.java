/**
 * Tells watchers of changes of the store.
 *
 * <p>{@code WatchHub} wakes watchers of an object; each then reads from the store what it needs. No gRPC here.
 */
package dev.gantry.cluster.watch;
