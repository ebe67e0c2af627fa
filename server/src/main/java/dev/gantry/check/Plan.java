package dev.gantry.check;

import dev.gantry.check.FaultKind.Track;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * What a run does: a function of its seed. The run itself differs each time, since processes and networks take their own
 * time.
 *
 * @param seed the seed
 * @param clients the number of clients, 1 or more
 * @param steps how many steps each client takes, at most
 * @param millis the time after which no fault and no step begins
 * @param faults the kinds of faults
 */
record Plan(long seed, int clients, int steps, long millis, Set<FaultKind> faults) {

    /** The number of jobs that the clients work on at a time. */
    static final int JOBS = 4;

    /** How many steps each client takes before all of them go on to other jobs. */
    static final int ROUND = 40;

    /** The highest count of a group. */
    static final int MOST = 4;

    private static final long LONGEST_PAUSE_MILLIS = 120;
    private static final int MANY = 1 << 20;

    /** Copies the set. */
    Plan {
        faults = Set.copyOf(faults);
    }

    /** A kind of step of a client. */
    enum Kind {
        SUBMIT(24),
        SUBMIT_IF_UNCHANGED(14),
        SCALE(14),
        STOP(8),
        READ(18),
        READ_INDEX(5),
        DISPATCH(9),
        PROMOTE(3),
        STOP_ALLOCATION(3),
        DRAIN(2);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    /**
     * A step of a client.
     *
     * @param kind what it does
     * @param job which of the jobs of the round it is about, 0 to {@link #JOBS} - 1
     * @param number any number, 0 or more: the count of a group, or which object of several
     * @param server any number, 0 or more: which server is called first
     * @param abandons true to leave a call whose outcome is unknown; false to repeat it until it is answered
     * @param repeats true to send an answered call once more
     * @param pauseMillis how long to wait afterwards
     */
    record Step(Kind kind, int job, int number, int server, boolean abandons, boolean repeats, long pauseMillis) {}

    /**
     * A fault.
     *
     * @param kind what happens
     * @param pauseMillis how long to wait before it
     * @param millis how long it takes
     * @param target any number, 0 or more: which server, node or client, and which direction
     */
    record Fault(FaultKind kind, long pauseMillis, long millis, int target) {

        /** Tells whether a fault of a server hits the one that leads, rather than another one. */
        boolean hitsLeader() {
            return target % 2 == 0;
        }
    }

    /** Returns the source of a client's steps, each of which is made by {@link #step}. */
    RandomGenerator ofClient(int client) {
        return new SplittableRandom(seed * 31 + client + 1);
    }

    /** Returns the next step of a client. */
    static Step step(RandomGenerator random) {
        return new Step(
                kind(random),
                random.nextInt(JOBS),
                random.nextInt(MANY),
                random.nextInt(MANY),
                random.nextInt(10) == 0,
                random.nextInt(5) == 0,
                random.nextLong(LONGEST_PAUSE_MILLIS));
    }

    private static Kind kind(RandomGenerator random) {
        int all = 0;
        for (Kind kind : Kind.values()) {
            all += kind.weight;
        }
        int left = random.nextInt(all);
        for (Kind kind : Kind.values()) {
            left -= kind.weight;
            if (left < 0) {
                return kind;
            }
        }
        throw new IllegalStateException("The weights are used up");
    }

    /** Returns the source of the faults of a track, each of which is made by {@link #fault}. */
    RandomGenerator ofTrack(Track track) {
        return new SplittableRandom(seed * 31 - (track == Track.SERVERS ? 1 : 2));
    }

    /** Returns the next fault of a track; empty if the plan has none of its kinds. */
    Optional<Fault> fault(Track track, RandomGenerator random) {
        List<FaultKind> kinds =
                faults.stream().filter(kind -> kind.track() == track).sorted().toList();
        if (kinds.isEmpty()) {
            return Optional.empty();
        }
        FaultKind kind = kinds.get(random.nextInt(kinds.size()));
        long pause = random.nextLong(track.longestPauseMillis());
        return Optional.of(new Fault(kind, pause, time(kind, random.nextDouble()), random.nextInt(MANY)));
    }

    /** Most faults are short, so that there are many. */
    private static long time(FaultKind kind, double chance) {
        double share = chance * chance * chance;
        return kind.shortestMillis() + (long) ((kind.longestMillis() - kind.shortestMillis()) * share);
    }
}
