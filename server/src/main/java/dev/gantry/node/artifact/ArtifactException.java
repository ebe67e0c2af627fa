package dev.gantry.node.artifact;

/** An artifact can't be fetched. */
public final class ArtifactException extends Exception {

    private static final long serialVersionUID = 1L;

    /** The remedies of a fault. */
    public enum Kind {
        /** Try again: a server, the network or the disk may work later. As in Nomad, also for a missing file. */
        RETRY,
        /** Do not try again: the job has to change. */
        INVALID,
        /** Do not try again here: the owner of the node does not allow it. */
        RESTRICTED
    }

    private final Kind kind;

    /**
     * Says why.
     *
     * @param kind what to do about it
     * @param message what failed, and the remedy; without values of variables
     */
    ArtifactException(Kind kind, String message) {
        super(printable(message));
        this.kind = kind;
    }

    /**
     * Says why an attempt failed.
     *
     * @param message likewise
     * @param cause the cause
     */
    ArtifactException(String message, Throwable cause) {
        super(printable(message), cause);
        this.kind = Kind.RETRY;
    }

    /** Messages have words of servers and names of files in them, which could command a terminal. */
    private static String printable(String message) {
        return message.replaceAll("\\p{Cntrl}", "?");
    }

    static ArtifactException retry(String message) {
        return new ArtifactException(Kind.RETRY, message);
    }

    static ArtifactException invalid(String message) {
        return new ArtifactException(Kind.INVALID, message);
    }

    /** Names the artifact. */
    ArtifactException of(String source) {
        ArtifactException named =
                new ArtifactException(kind, "Failed to download artifact \"%s\": %s".formatted(source, getMessage()));
        named.initCause(this);
        return named;
    }

    /** Returns what to do about it. */
    public Kind kind() {
        return kind;
    }
}
