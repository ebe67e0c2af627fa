package dev.gantry.app;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a process whose state can't be trusted any more, so that its supervisor restarts it. Nothing is lost:
 * acknowledged writes are on disk, and tasks outlive their node's process.
 */
final class ProcessExit {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessExit.class);

    /** EX_SOFTWARE of sysexits.h. Java itself exits with 3 when it runs out of memory. */
    private static final int EXIT_CODE = 70;

    private ProcessExit() {}

    /** Ends the process at once, without shutdown hooks: a hook could wait for the failed thread. */
    static void now() {
        LOG.error("The process ends with exit code {} and has to be started again", EXIT_CODE);
        Runtime.getRuntime().halt(EXIT_CODE);
    }

    /** Installs a handler that logs each failure that ends a thread, and that ends the process on an Error. */
    static void onErrors() {
        Thread.setDefaultUncaughtExceptionHandler(ProcessExit::threadFailed);
    }

    /**
     * A StackOverflowError is caused by one input and ends with it. After any other Error no thread can be relied on.
     */
    private static void threadFailed(Thread thread, Throwable failure) {
        LOG.error("Thread {} has failed", thread.getName(), failure);
        if (failure instanceof Error && !(failure instanceof StackOverflowError)) {
            now();
        }
    }
}
