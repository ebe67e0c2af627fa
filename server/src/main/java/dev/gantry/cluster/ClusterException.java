package dev.gantry.cluster;

/** A request to the cluster that cannot be fulfilled; each reason has a class of its own. */
public abstract sealed class ClusterException extends RuntimeException
        permits DryRunTimeoutException,
                IndexMismatchException,
                InvalidFieldException,
                NodeNotConnectedException,
                NodeRefusedException,
                OverloadedException,
                PermissionDeniedException,
                RefusedException,
                RequestIdReusedException,
                SessionEndedException,
                UnauthenticatedException,
                UnknownObjectException,
                WhatIfLimitException {

    private static final long serialVersionUID = 1L;

    ClusterException(String message) {
        super(message);
    }
}
