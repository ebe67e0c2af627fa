/** Finds the attributes and resources of a machine, which its node reports to the server for the placement of jobs. */
package dev.gantry.node.fingerprint;
