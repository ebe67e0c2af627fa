/**
 * The node's side of {@code NodeSessionService}: chooses the server, reconnects, and keeps the updates that are to be
 * sent.
 *
 * <p>The node's owner thread owns all state. The callbacks of gRPC pass their messages to that thread.
 */
package dev.gantry.node.session;
