package dev.gantry.rkt.cli;

import dev.gantry.rkt.RktException;
import java.io.IOException;

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
     * @throws RktException if a configuration file can't be used
     * @throws IOException if a configuration file can't be read
     */
    Session open(String command, Flags flags) throws UsageException, RktException, IOException;
}
