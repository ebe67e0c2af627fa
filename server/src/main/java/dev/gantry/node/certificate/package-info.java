/**
 * The certificate with which a node opens its sessions: gets it from the server's CA, and renews it in time. Not here: the
 * file with it, which is in {@code node.state}.
 */
package dev.gantry.node.certificate;
