package dev.gantry.node.session;

import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.Identity;
import dev.gantry.v1.Register;
import java.util.concurrent.CompletableFuture;

/** Handles the events of a session. All methods are called on the owner thread. */
public interface SessionHandler {

    /**
     * Handles the server's first message.
     *
     * @param server the cluster id and the index of the server
     * @return the node's first message, once the identity is on disk; fails if the disk does
     */
    CompletableFuture<Register> identified(Identity server);

    /**
     * Tells whether the node accepts the server of this session.
     *
     * @return false if the node refuses the server and sends only heartbeats
     */
    boolean accepts();

    /** Handles the server's message that it has registered the node. */
    void registered();

    /**
     * Handles a message of the server.
     *
     * @param message any message except Identity and Registered
     */
    void received(ConnectResponse message);

    /** Handles the event that the stream can take messages again. */
    void ready();

    /** Handles the loss of the connection. The next attempt to connect is scheduled already. */
    void disconnected();
}
