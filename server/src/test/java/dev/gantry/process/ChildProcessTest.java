package dev.gantry.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {

    private static final Pattern NEVER = Pattern.compile("this is in (no) log");

    @TempDir
    Path dir;

    @Test
    void one_that_is_not_ready_when_its_starter_is_interrupted_does_not_stay() throws Exception {
        Path log = dir.resolve("server.log");
        List<String> arguments = List.of(
                "server", "--data-dir", dir.resolve("data").toString(), "--listen", "127.0.0.1:0", "--insecure");
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread starter = new Thread(() -> {
            try (ChildProcess started = ChildProcess.start(
                    log, List.of("-Xmx128m", "-Dlogback.configurationFile=logback.xml"), arguments, NEVER)) {
                failure.completeExceptionally(new AssertionError("It is ready: " + started.ready()));
            } catch (Exception e) {
                failure.complete(e);
            }
        });
        starter.start();
        await().atMost(Duration.ofMinutes(1))
                .until(() -> Files.exists(log) && Files.readString(log).contains("is ready at"));

        starter.interrupt();

        assertThat(failure.get()).isInstanceOf(InterruptedException.class);
        await().until(() -> ProcessHandle.current()
                .descendants()
                .noneMatch(child -> child.info().commandLine().orElse("").contains(dir.toString())));
    }
}
