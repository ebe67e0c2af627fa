/** Reading what tasks write, piece by piece, while they write it. */
package dev.gantry.node.log;
