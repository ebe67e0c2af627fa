/**
 * Runs the scheduler: takes evaluations, plans them on the state of the cluster, and writes the plans.
 *
 * <p>{@code EvaluationLoop} is the {@code scheduling} thread; it owns {@code SchedulingState} and {@code
 * EvaluationTimers}. {@code PlanWriter} writes a plan in one transaction, {@code EvaluationWrites} what has no plan.
 * {@code DryRuns} plans one job on a snapshot without writing, and {@code WhatIfs} simulates changes of the whole cluster
 * on one. The decisions themselves are in {@code dev.gantry.scheduler}.
 */
package dev.gantry.cluster.scheduling;
