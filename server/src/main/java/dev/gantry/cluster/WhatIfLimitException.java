package dev.gantry.cluster;

/** Too many what-ifs are computed or wait already. */
public final class WhatIfLimitException extends ClusterException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param limit how many may be computed or wait at a time
     */
    public WhatIfLimitException(int limit) {
        super("%d what-ifs are computed or wait already, and no more may: try again in a few seconds".formatted(limit));
    }
}
