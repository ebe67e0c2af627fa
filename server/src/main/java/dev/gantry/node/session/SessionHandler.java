package dev.gantry.node.session;

import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.Identity;
import dev.gantry.v1.Register;
import java.util.concurrent.CompletableFuture;

/** Who a session is led for. All is called on the owner thread. */
public interface SessionHandler {

    /**
     * The server has said who it is, first of all.
     *
     * @param server which cluster's it is, and what it knows
     * @return completed with the node's first message, once what it says is on the disk; failed if the disk refuses
     */
    CompletableFuture<Register> identified(Identity server);

    /**
     * Whether the node obeys the server of this session.
     *
     * @return false if it refuses it and only says that it is alive
     */
    boolean obeys();

    /** The server knows the node now. */
    void registered();

    /**
     * The server has said something.
     *
     * @param message anything but Identity and Registered
     */
    void received(ConnectResponse message);

    /** The stream has room again for what may be sent later. */
    void ready();

    /** The server is gone; the next session is under way already. */
    void disconnected();
}
