package dev.gantry.model;

/** The header that names the leader to a node that has called another server. */
public final class LeaderHeader {

    /** The name of the header, in the trailers of a refused session. Its value is {@code HOST:PORT}. */
    public static final String NAME = "gantry-leader";

    private LeaderHeader() {}
}
