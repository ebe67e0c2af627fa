/** What a machine is and has to give: what its node tells the server, so that jobs can be placed. */
package dev.gantry.node.fingerprint;
