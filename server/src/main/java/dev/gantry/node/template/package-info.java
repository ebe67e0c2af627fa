/**
 * Renders the templates of a task into files, and tells which have changed. Blocks on the disk, on the task's own thread.
 *
 * <p>What templates look up comes in as data; no class here talks to the server or decides what happens to the task.
 */
package dev.gantry.node.template;
