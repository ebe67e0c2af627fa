/** The state of a node on its disk: its identity, its cluster and its allocations. */
package dev.gantry.node.state;
