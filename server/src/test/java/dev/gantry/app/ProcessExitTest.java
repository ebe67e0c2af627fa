package dev.gantry.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.model.EscalatingScheduler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests processes in which a thread fails. */
@Timeout(60)
class ProcessExitTest {

    /** By their names, what the threads of the process do; it ends by itself with exit code 0 if they do not end it. */
    private static final Map<String, Runnable> CASES = Map.of(
            "thread-error",
                    () -> runInThread(() -> {
                        throw new NoClassDefFoundError("a class is gone");
                    }),
            "thread-exception",
                    () -> runInThread(() -> {
                        throw new IllegalStateException("no");
                    }),
            "tick-error",
                    () -> tick(() -> {
                        throw new NoClassDefFoundError("a class is gone");
                    }),
            "tick-overflow", () -> tick(() -> assertThat(overflow(0)).isPositive()));

    @Test
    void an_error_that_ends_a_thread_ends_the_process_with_an_exit_code_of_its_own() throws Exception {
        assertThat(run("thread-error"))
                .contains("a class is gone", "exit code 70")
                .endsWith("[70]");
    }

    @Test
    void an_exception_that_ends_a_thread_is_logged_and_ends_nothing_else() throws Exception {
        assertThat(run("thread-exception")).contains("Thread victim has failed").endsWith("[0]");
    }

    @Test
    void an_error_in_a_regular_task_does_not_just_end_the_task() throws Exception {
        assertThat(run("tick-error")).contains("a class is gone").endsWith("[70]");
    }

    @Test
    void a_regular_task_that_one_input_made_overflow_its_stack_runs_again() throws Exception {
        assertThat(run("tick-overflow")).contains("it runs again in").endsWith("[0]");
    }

    private static String run(String name) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        name)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said + "[" + process.exitValue() + "]";
    }

    private static void runInThread(Runnable work) {
        Thread thread = new Thread(work, "victim");
        thread.start();
        join(thread);
    }

    private static void tick(Runnable work) {
        try (ServerThreads threads = ServerThreads.start()) {
            Thread waiting = new Thread(() -> {}, "waiting");
            int[] runs = {0};
            threads.repeat(Duration.ofMillis(1), () -> {
                runs[0]++;
                if (runs[0] == 1) {
                    work.run();
                }
                if (runs[0] == 2) {
                    waiting.start();
                }
            });
            while (waiting.getState() == Thread.State.NEW) {
                Thread.onSpinWait();
            }
            join(waiting);
        }
    }

    private static long overflow(long depth) {
        return depth < 0 ? depth : 1 + overflow(depth + 1);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The main class of the other process. */
    static final class Main {

        private Main() {}

        public static void main(String[] arguments) {
            ProcessExit.onErrors();
            // Load the class first, so that only the exception of the case is seen.
            boolean unused = EscalatingScheduler.escalating(() -> true).get();
            CASES.get(arguments[0]).run();
        }
    }
}
