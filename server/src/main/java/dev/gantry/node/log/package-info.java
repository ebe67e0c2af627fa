/** Reads the output of tasks, piece by piece, while they write it. */
package dev.gantry.node.log;
