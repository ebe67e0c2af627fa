package dev.gantry.check;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The kinds of faults that a check injects. */
enum FaultKind {
    /** A server is killed, as by {@code kill -9}, and started again. */
    KILL(Track.SERVERS, 200, 1500),
    /** A server is stopped where it is, and goes on: sometimes after the nodes' time to live. */
    PAUSE(Track.SERVERS, 300, 5000),
    /** All connections to the database are cut, and refused for a while. */
    DB_CUT(Track.SERVERS, 100, 3000),
    /** Each message of a client or a node comes late. */
    DELAY(Track.NETWORK, 500, 3000),
    /** The connections of a client or a node are cut, and refused for a while. */
    CUT(Track.NETWORK, 200, 4500),
    /** Nothing arrives in one direction. */
    ONE_WAY(Track.NETWORK, 500, 4500),
    /** A connection is cut within an answer of the server. */
    MID_ANSWER(Track.NETWORK, 50, 500),
    /** The machine of a node dies with its tasks, and comes back. */
    NODE_DEATH(Track.NETWORK, 500, 6000);

    /** Faults of one track follow each other; those of two tracks may overlap. */
    enum Track {
        /** A server that starts takes a while before it works as ever. */
        SERVERS(5000),
        NETWORK(1800);

        private final long longestPauseMillis;

        Track(long longestPauseMillis) {
            this.longestPauseMillis = longestPauseMillis;
        }

        long longestPauseMillis() {
            return longestPauseMillis;
        }
    }

    private final Track track;
    private final long shortestMillis;
    private final long longestMillis;

    FaultKind(Track track, long shortestMillis, long longestMillis) {
        this.track = track;
        this.shortestMillis = shortestMillis;
        this.longestMillis = longestMillis;
    }

    Track track() {
        return track;
    }

    long shortestMillis() {
        return shortestMillis;
    }

    long longestMillis() {
        return longestMillis;
    }

    /** Returns its name on the command line. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns the kind of this name on the command line; empty if there is none. */
    static Optional<FaultKind> of(String word) {
        return Arrays.stream(values())
                .filter(kind -> kind.word().equals(word.toLowerCase(Locale.ROOT)))
                .findFirst();
    }
}
