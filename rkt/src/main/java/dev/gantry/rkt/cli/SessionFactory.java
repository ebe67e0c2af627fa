package dev.gantry.rkt.cli;

/** Makes the session of a command once its flags are known. */
@FunctionalInterface
interface SessionFactory {

    /**
     * Makes a session.
     *
     * @param command the name that stands before its messages
     * @param flags all flags, of which the global ones are read
     * @return the session
     * @throws UsageException if a global flag has a value that can't be taken
     */
    Session open(String command, Flags flags) throws UsageException;
}
