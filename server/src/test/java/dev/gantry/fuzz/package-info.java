/**
 * Coverage-guided fuzzing of what outsiders send. {@link dev.gantry.fuzz.FuzzTarget} lists the targets.
 * {@link dev.gantry.fuzz.FuzzIT} runs them under the fuzzer, by {@link dev.gantry.fuzz.LimitedTarget}.
 *
 * <p>The inputs that a run begins with, and those that have found a fault, are in {@code src/test/fuzz/TARGET} of the
 * target's module. {@link dev.gantry.fuzz.FuzzInputsTest} runs them in each build, without the fuzzer.
 */
package dev.gantry.fuzz;
