/**
 * The restrictions that the owner of a node sets on tasks, and the test of one task by them.
 *
 * <p>Pure. The scheduler tests tasks as their jobs write them, to leave out nodes; the driver on the node tests them
 * again, by what is really asked for.
 */
package dev.gantry.restriction;
