package dev.gantry.app;

import java.util.concurrent.CountDownLatch;

/** Runs what does not end by itself until the process is asked to end (SIGTERM, or SIGINT from a keyboard). */
final class Foreground {

    private Foreground() {}

    /**
     * Waits. Once asked to end, closes what runs and ends the process with exit code 0.
     *
     * @param close ends what runs
     */
    static void run(Runnable close) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(close), "shutdown"));
        waitForever();
    }

    private static void end(Runnable close) {
        close.run();
        // Left to itself, Java would report the signal as its exit code, though this is how it shall end.
        Runtime.getRuntime().halt(0);
    }

    private static void waitForever() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
