package dev.gantry.app;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a process that can't be trusted any more, so that its supervisor starts it anew. Nothing is lost by it: what was
 * acknowledged is on disk, and tasks outlive their node's process.
 */
final class ProcessExit {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessExit.class);

    /** As EX_SOFTWARE of sysexits.h; Java itself ends with 3 when it has no memory left. */
    private static final int EXIT_CODE = 70;

    private ProcessExit() {}

    /** Ends the process at once. No shutdown hook runs: it could wait for the thread that has failed. */
    static void now() {
        LOG.error("The process ends with exit code {} and has to be started again", EXIT_CODE);
        Runtime.getRuntime().halt(EXIT_CODE);
    }

    /** From now on, what ends a thread of this process is logged; if it is an Error, it ends the process. */
    static void onErrors() {
        Thread.setDefaultUncaughtExceptionHandler(ProcessExit::threadFailed);
    }

    /** A StackOverflowError is what one input causes, and is over with it; after the others no thread is sure to work. */
    private static void threadFailed(Thread thread, Throwable failure) {
        LOG.error("Thread {} has failed", thread.getName(), failure);
        if (failure instanceof Error && !(failure instanceof StackOverflowError)) {
            now();
        }
    }
}
