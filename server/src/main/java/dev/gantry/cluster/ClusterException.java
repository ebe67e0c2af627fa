package dev.gantry.cluster;

/** Something that was asked of the cluster can't be done; each kind has a class of its own. */
public abstract sealed class ClusterException extends RuntimeException
        permits DryRunTimeoutException,
                IndexMismatchException,
                InvalidFieldException,
                NodeNotConnectedException,
                NodeRefusedException,
                OverloadedException,
                RefusedException,
                RequestIdReusedException,
                SessionEndedException,
                UnknownObjectException {

    private static final long serialVersionUID = 1L;

    ClusterException(String message) {
        super(message);
    }
}
