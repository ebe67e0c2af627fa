/**
 * Evaluations: the requests to look at a job, as in Nomad.
 *
 * <p>{@code Evaluations} creates them, {@code EvaluationQueue} orders them, {@code FollowUps} remembers when a job has
 * to be looked at again although nothing changes. What an evaluation leads to is decided in {@code scheduling}.
 */
package dev.gantry.cluster.evaluation;
