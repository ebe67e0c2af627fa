/**
 * Runs the server's part of a cluster: its state, its decisions and what follows from them.
 *
 * <p>The packages below, each depending only on those after it; a test holds this:
 *
 * <ul>
 *   <li>{@code service}, {@code gc}, {@code access}: the catalog of running services; the deletion of what has ended;
 *       tokens and policies.
 *   <li>{@code node}: registration, sessions, heartbeats, drains and reports of nodes.
 *   <li>{@code scheduling}: the evaluation loop, which plans and writes plans.
 *   <li>{@code deployment}, {@code job}: the objects that users change.
 *   <li>{@code evaluation}: the requests to look at a job.
 *   <li>{@code watch}: wakes those who wait for a change.
 * </ul>
 *
 * <p>This package itself holds what all of them share: clocks, ids, the errors that callers get, and tools for work
 * that runs one piece at a time. It knows no gRPC: {@code dev.gantry.api} passes messages in and out.
 */
package dev.gantry.cluster;
