/**
 * Nodes: their registration, sessions, heartbeats, drains and reports.
 *
 * <p>{@code NodeRegistry} stores nodes and what they report. {@code NodeSession} sends one node what it has to run.
 * {@code NodeLiveness} marks silent nodes down. {@code NodeDrainer} moves allocations away from draining nodes.
 * Messages come in as protocol objects; gRPC itself is in {@code dev.gantry.api}.
 */
package dev.gantry.cluster.node;
