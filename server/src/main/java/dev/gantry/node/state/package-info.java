/** What a node keeps on its disk: its identity, and what it must know of its allocations after a restart. */
package dev.gantry.node.state;
