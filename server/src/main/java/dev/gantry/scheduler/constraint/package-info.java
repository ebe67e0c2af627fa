/**
 * Defines the meaning of the constraints and affinities of a job, and decides whether one node meets them.
 *
 * <p>{@code NodeRequirements} collects what a group requires of a node: datacenters, drivers, constraints, affinities.
 * {@code Feasibility} tests a node for the requirements and returns a {@code Refusal} if the node does not meet them.
 * {@code Operator}, {@code Comparison}, {@code NodeInterpolation}, {@code Version}, {@code VersionRange} and {@code
 * Regexp} define the meaning of a single constraint. {@code ConstraintChecks} finds malformed constraints when a job is
 * submitted.
 *
 * <p>This package tests one node at a time. Allocations on nodes, and the rules that compare allocations of a job
 * ({@code distinct_hosts}, {@code distinct_property}, spreads), are not known here.
 */
package dev.gantry.scheduler.constraint;
