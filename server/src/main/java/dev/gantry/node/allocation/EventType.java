package dev.gantry.node.allocation;

import dev.gantry.model.TaskEvents;

/** The types of task events. */
enum EventType {
    /** The node has taken the task. */
    RECEIVED("Received"),
    /** The task is being prepared. */
    SETUP("Setup"),
    /** The task waits for variables, or for the data of its templates. */
    WAITING("Waiting"),
    /** The data of the allocation is copied from another node. */
    DATA_COPY("DataCopy"),
    /** The artifacts of the task are being fetched. */
    DOWNLOADING_ARTIFACTS("DownloadingArtifacts"),
    /** An artifact could not be fetched. */
    FAILED_ARTIFACT_DOWNLOAD("FailedArtifactDownload"),
    /** The pod runs. */
    STARTED("Started"),
    /** The pod has ended by itself. */
    TERMINATED("Terminated"),
    /** The file of a template has changed, and the task gets a signal. */
    SIGNALING("Signaling"),
    /** The file of a template has changed, and the task is restarted. */
    RESTART_SIGNALED("RestartSignaled"),
    /** A template can't be rendered, or its signal can't be sent. */
    TEMPLATE("Template"),
    /** The task will be started again. */
    RESTARTING("Restarting"),
    /** The task should run, but the restart policy allows no more restarts. */
    NOT_RESTARTING("NotRestarting"),
    /** The task is being stopped. */
    KILLING("Killing"),
    /** The task was stopped. */
    KILLED("Killed"),
    /** The task could not be started. */
    DRIVER_FAILURE("DriverFailure"),
    /** The allocation has more on disk than its group's {@code ephemeral_disk}. */
    DISK_EXCEEDED("DiskExceeded"),
    /** The owner of the node does not allow the task. */
    RESTRICTED(TaskEvents.RESTRICTED);

    private final String word;

    EventType(String word) {
        this.word = word;
    }

    /** Returns the name of the type in messages. */
    String word() {
        return word;
    }
}
