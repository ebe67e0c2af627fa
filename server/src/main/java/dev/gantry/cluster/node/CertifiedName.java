package dev.gantry.cluster.node;

import java.time.Instant;

/**
 * The name and the end of the certificate of a node's connection.
 *
 * @param name the node's name
 * @param end when the certificate ends. A connection may stay open for longer; the node's session may not
 */
public record CertifiedName(String name, Instant end) {}
