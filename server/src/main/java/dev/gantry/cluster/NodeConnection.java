package dev.gantry.cluster;

import dev.gantry.v1.ConnectResponse;

/** The server's end of a node's stream. Its methods may be called from any thread and never wait. */
public interface NodeConnection {

    /**
     * Whether the stream has room: what is sent though it has none is kept in memory.
     *
     * @return true if there is room; once there is again, {@link NodeSession#onReady()} is called
     */
    boolean isReady();

    /**
     * Sends a message. Passed over once the stream has ended.
     *
     * @param message the message
     */
    void send(ConnectResponse message);

    /**
     * Ends the stream. Passed over once it has ended.
     *
     * @param why what the node is told
     */
    void end(Throwable why);
}
