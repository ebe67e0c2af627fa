/**
 * Holds the node's end of {@code NodeSessionService}: chooses the server, connects again, and keeps what is to be sent.
 *
 * <p>The node's owner thread owns all state. The callbacks of gRPC hand their messages to that thread.
 */
package dev.gantry.node.session;
