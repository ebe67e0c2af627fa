/**
 * Jobs: their registration, versions, stops, dispatches and schedules.
 *
 * <p>{@code JobRegistry} stores submitted versions; {@code Dispatcher} and {@code PeriodicLauncher} create the children
 * of parameterized and periodic jobs; {@code Cron} says when a periodic job is due. {@code JobVersionCache} holds the
 * versions that others ask for often. No allocation is made or stopped here.
 */
package dev.gantry.cluster.job;
