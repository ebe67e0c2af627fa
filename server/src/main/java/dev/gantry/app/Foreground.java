package dev.gantry.app;

import java.util.concurrent.CountDownLatch;

/** Runs a server or a node until the process gets SIGTERM, or SIGINT from a keyboard. */
final class Foreground {

    private Foreground() {}

    /**
     * Waits for the signal, then stops the server or node and ends the process with exit code 0.
     *
     * @param close stops the server or node
     */
    static void run(Runnable close) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(close), "shutdown"));
        waitForever();
    }

    private static void end(Runnable close) {
        close.run();
        // Otherwise Java's exit code would report the signal, but this is a normal end.
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
