package dev.gantry.check;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The kinds of faults that a check injects. */
enum FaultKind {
    /** A server is killed, as by {@code kill -9}, and started again. */
    KILL(Track.SERVERS, Need.NOTHING, 200, 1500),
    /** A server is stopped where it is, and goes on: sometimes after the nodes' time to live and its lease. */
    PAUSE(Track.SERVERS, Need.NOTHING, 300, 8000),
    /** All connections of a server to clients, nodes and other servers are cut, and new ones to it are refused for a while. */
    SERVER_CUT(Track.SERVERS, Need.NOTHING, 200, 4500),
    /** Nothing arrives at a server, or nothing that it answers arrives. */
    SERVER_ONE_WAY(Track.SERVERS, Need.NOTHING, 500, 4500),
    /** The leader is asked to let another server lead. */
    TRANSFER(Track.SERVERS, Need.OTHER_SERVERS, 0, 0),
    /** The connections of a server, or of all servers, to the database are cut, and refused for a while. */
    DB_CUT(Track.SERVERS, Need.DATABASE_LINK, 100, 4500),
    /** Nothing of a server arrives at the database, or nothing of the database arrives at the server. */
    DB_ONE_WAY(Track.SERVERS, Need.DATABASE_LINK, 500, 6000),
    /** The database commits, and all connections of the server to it are cut before the server learns of that. */
    MID_COMMIT(Track.SERVERS, Need.DATABASE_LINK, 500, 5000),
    /** The database is restarted. */
    DB_RESTART(Track.SERVERS, Need.RESTART_COMMAND, 0, 0),
    /** Each message of a client or a node comes late. */
    DELAY(Track.NETWORK, Need.NOTHING, 500, 3000),
    /** The connections of a client or a node are cut, and refused for a while. */
    CUT(Track.NETWORK, Need.NOTHING, 200, 4500),
    /** Nothing arrives in one direction. */
    ONE_WAY(Track.NETWORK, Need.NOTHING, 500, 4500),
    /** A connection is cut within an answer of the server. */
    MID_ANSWER(Track.NETWORK, Need.NOTHING, 50, 500),
    /** The machine of a node dies with its tasks, and comes back. */
    NODE_DEATH(Track.NETWORK, Need.NOTHING, 500, 6000);

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

    /** Names the options without which a check can't inject a fault. */
    enum Need {
        NOTHING("nothing"),
        OTHER_SERVERS("--servers 2 or more"),
        DATABASE_LINK("--db with one host in it"),
        RESTART_COMMAND("--db-restart");

        private final String options;

        Need(String options) {
            this.options = options;
        }

        /** Returns the options that provide it. */
        String options() {
            return options;
        }
    }

    private final Track track;
    private final Need need;
    private final long shortestMillis;
    private final long longestMillis;

    FaultKind(Track track, Need need, long shortestMillis, long longestMillis) {
        this.track = track;
        this.need = need;
        this.shortestMillis = shortestMillis;
        this.longestMillis = longestMillis;
    }

    Track track() {
        return track;
    }

    Need need() {
        return need;
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
