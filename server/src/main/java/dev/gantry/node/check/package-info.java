/** Runs the checks of services: schedules their probes, and probes over TCP, over HTTP or by a command. */
package dev.gantry.node.check;
