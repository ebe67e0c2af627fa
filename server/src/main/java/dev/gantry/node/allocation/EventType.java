package dev.gantry.node.allocation;

/** What can happen to a task. */
enum EventType {
    /** The node has taken it. */
    RECEIVED("Received"),
    /** It is being made ready. */
    SETUP("Setup"),
    /** Its pod runs. */
    STARTED("Started"),
    /** Its pod has ended by itself. */
    TERMINATED("Terminated"),
    /** It will be started again. */
    RESTARTING("Restarting"),
    /** It will not be started again, although it should run. */
    NOT_RESTARTING("NotRestarting"),
    /** It is being stopped. */
    KILLING("Killing"),
    /** It was stopped. */
    KILLED("Killed"),
    /** It could not be started. */
    DRIVER_FAILURE("DriverFailure");

    private final String word;

    EventType(String word) {
        this.word = word;
    }

    /** As the protocol writes it. */
    String word() {
        return word;
    }
}
