package dev.gantry.node.allocation;

import dev.gantry.driver.TaskDriver;
import dev.gantry.node.check.CheckProbes;
import dev.gantry.node.check.CheckScheduler;
import dev.gantry.v1.Node;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What all allocations of a node need to run.
 *
 * @param owner the node's owner thread
 * @param timer runs things on the owner thread later
 * @param node the node as it is now; asked on the owner thread
 * @param drivers the drivers by name
 * @param directories where allocations live
 * @param killTimeout how long a task that does not say may take to end by itself once it is asked to
 * @param checkScheduler repeats the probes of checks
 * @param probes makes the probes of checks
 * @param clock tells when things happen
 * @param steady measures how long something takes: it begins like the clock and never jumps
 * @param random spreads delays; used on the owner thread
 */
public record RunnerContext(
        Executor owner,
        Timer timer,
        Supplier<Node> node,
        Map<String, TaskDriver> drivers,
        AllocationDirectories directories,
        Duration killTimeout,
        CheckScheduler checkScheduler,
        CheckProbes probes,
        InstantSource clock,
        InstantSource steady,
        RandomGenerator random) {

    /** Makes the map immutable. */
    public RunnerContext {
        drivers = Map.copyOf(drivers);
    }

    /** The driver that a task asks for; empty if this node has no such driver. */
    Optional<TaskDriver> driver(String name) {
        return Optional.ofNullable(drivers.get(name));
    }
}
