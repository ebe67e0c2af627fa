package dev.gantry.driver.rkt;

/** The states of pods, in rkt's words. */
enum PodState {
    EMBRYO("embryo"),
    PREPARING("preparing"),
    ABORTED_PREPARE("aborted prepare"),
    PREPARED("prepared"),
    RUNNING("running"),
    EXITED("exited"),
    DELETING("deleting"),
    EXITED_GARBAGE("exited garbage"),
    GARBAGE("garbage"),
    /** A state that this driver does not know. */
    UNKNOWN("");

    private final String word;

    PodState(String word) {
        this.word = word;
    }

    static PodState of(String word) {
        for (PodState state : values()) {
            if (state.word.equals(word)) {
                return state;
            }
        }
        return UNKNOWN;
    }

    /** Decides whether the pod's run is over and its exit code final. */
    boolean hasExited() {
        return this == EXITED || this == EXITED_GARBAGE;
    }
}
