package dev.gantry.node.allocation;

import dev.gantry.driver.TaskDriver;
import dev.gantry.node.artifact.Artifacts;
import dev.gantry.node.check.CheckProbes;
import dev.gantry.node.check.CheckScheduler;
import dev.gantry.node.template.TemplateSource;
import dev.gantry.v1.Node;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The parts of the node that all allocations use.
 *
 * @param owner the node's owner thread
 * @param timer runs work on the owner thread later
 * @param node returns the current node; called on the owner thread
 * @param drivers the drivers by name
 * @param directories the directories of allocations
 * @param killTimeout the kill timeout of tasks without one of their own
 * @param diskGrace how long an allocation may have more on disk than its limit
 * @param checkScheduler repeats the probes of checks
 * @param probes makes the probes of checks
 * @param variables asks the server for the values of variables
 * @param data asks the server for data on other nodes
 * @param dataRetry the wait before a question for such data is asked again
 * @param artifacts fetches the artifacts of tasks
 * @param templates watches at the server what templates look up
 * @param clock gives the times of events
 * @param steady measures durations: it starts at the time of the clock and never jumps
 * @param random gives the jitter of delays; used on the owner thread
 */
public record RunnerContext(
        Executor owner,
        Timer timer,
        Supplier<Node> node,
        Map<String, TaskDriver> drivers,
        AllocationDirectories directories,
        Duration killTimeout,
        Duration diskGrace,
        CheckScheduler checkScheduler,
        CheckProbes probes,
        VariableSource variables,
        DataSource data,
        Duration dataRetry,
        Artifacts artifacts,
        TemplateSource templates,
        InstantSource clock,
        InstantSource steady,
        RandomGenerator random) {

    /** Copies the map. */
    public RunnerContext {
        drivers = Map.copyOf(drivers);
    }

    /** Returns the driver with a name; empty if this node has no such driver. */
    Optional<TaskDriver> driver(String name) {
        return Optional.ofNullable(drivers.get(name));
    }

    /** Returns a delay plus up to a quarter of it at random. */
    Duration jitter(Duration delay) {
        return delay.plusMillis((long) (random.nextDouble() * (double) delay.toMillis() / 4));
    }

    /** Runs work on the owner thread later. */
    @FunctionalInterface
    public interface Timer {

        /**
         * Schedules work.
         *
         * @param work the work
         * @param delay the time from now on
         * @return cancels the work; if the owner thread cancels it, the work never runs
         */
        Future<?> schedule(Runnable work, Duration delay);
    }
}
