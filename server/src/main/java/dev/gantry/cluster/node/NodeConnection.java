package dev.gantry.cluster.node;

import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.Node;
import dev.gantry.v1.TaskVariables;
import dev.gantry.v1.VariablesRequest;
import java.util.concurrent.CompletableFuture;

/** The server's end of a node's stream. Its methods may be called from any thread and never block. */
public interface NodeConnection {

    /**
     * Returns true if the stream can take a message without buffering it in memory.
     *
     * @return true if so; when the stream becomes ready again, {@link NodeSession#onReady()} is called
     */
    boolean isReady();

    /**
     * Sends a message. Does nothing once the stream has ended.
     *
     * @param message the message
     */
    void send(ConnectResponse message);

    /**
     * Tells that the node has registered, and its session goes on.
     *
     * @param node the node
     */
    void registered(Node node);

    /**
     * Tells that the node asks for the values of variables.
     *
     * @param request what it asks for
     * @param answer what it will be sent
     * @return completed once the node may have the answer; never fails
     */
    CompletableFuture<Void> reading(VariablesRequest request, TaskVariables answer);

    /**
     * Ends the stream. Does nothing once the stream has ended.
     *
     * @param why the error that the node gets
     */
    void end(Throwable why);
}
