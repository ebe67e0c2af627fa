/**
 * The certificate with which a node opens its sessions: requests it from the server's CA, and renews it in time. The
 * file of the certificate is in {@code node.state}.
 */
package dev.gantry.node.certificate;
