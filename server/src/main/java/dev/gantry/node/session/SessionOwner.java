package dev.gantry.node.session;

import dev.gantry.v1.ConnectResponse;
import dev.gantry.v1.Register;

/** Who a session is led for. All is called on the owner thread. */
public interface SessionOwner {

    /**
     * Who the node is, asked at the begin of each session.
     *
     * @return the first message
     */
    Register register();

    /** The server knows the node now. */
    void registered();

    /**
     * The server has said something.
     *
     * @param message anything but Registered
     */
    void received(ConnectResponse message);

    /** The stream has room again for what may be sent later. */
    void ready();

    /** The server is gone; the next session is under way already. */
    void disconnected();
}
