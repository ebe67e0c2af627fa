/**
 * The node's end of {@code NodeSessionService}: which server to speak to, when to try again, what is on its way.
 *
 * <p>Owned by the node's owner thread; what gRPC calls only brings messages there.
 */
package dev.gantry.node.session;
