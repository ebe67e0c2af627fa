package dev.gantry.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.check.Interloper.Lie;
import dev.gantry.check.history.Rules;
import dev.gantry.check.history.Violation;
import dev.gantry.check.history.Violation.Rule;
import dev.gantry.files.FileTrees;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A check of a server that has a fault finds it. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SeededFaultsTest {

    private static final int NODES = 3;
    private static final int MILLIS = 8000;
    private static final long LOST_MILLIS = 1500;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @TempDir
    Path dir;

    /** All in one run, which takes less time: each breaks a rule of its own. */
    @Test
    void a_server_that_looks_as_if_it_had_some_faults_is_found_to_have_each() throws Exception {
        assertThat(check(new Interloper(process(dir), EnumSet.allOf(Lie.class)), Set.of()))
                .contains(Rule.WATCH_LOST, Rule.JOB_LINEARIZABLE, Rule.WRITE_TWICE, Rule.PORT_TWICE);
    }

    @Test
    void a_server_that_acknowledges_what_is_not_on_disk_is_found() throws Exception {
        assertThat(check(new Forgetful(process(dir)), Set.of(FaultKind.KILL)))
                .contains(Rule.SERVER_SET_BACK)
                .containsAnyOf(Rule.JOB_LINEARIZABLE, Rule.WRITE_LOST);
    }

    @Test
    void a_server_that_goes_on_writing_after_another_one_has_taken_over_is_found() throws Exception {
        Path other = Files.createDirectory(dir.resolve("other"));

        assertThat(check(new Unfenced(process(dir), process(other)), Set.of(FaultKind.CUT)))
                .contains(Rule.JOB_LINEARIZABLE);
    }

    private static ServerProcess process(Path dir) {
        // The log of tests leaves out that a server is ready.
        return new ServerProcess(
                dir,
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dlogback.configurationFile=logback.xml"),
                List.of());
    }

    private Set<Rule> check(CheckedServer server, Set<FaultKind> faults) throws Exception {
        Plan plan = new Plan(7, 4, Integer.MAX_VALUE, MILLIS, faults);
        Recorder recorder = new Recorder(System::nanoTime);
        try (CheckRun run = new CheckRun(plan, List.of(server), Optional.empty(), recorder)) {
            return Rules.apply(run.run(NODES, PATIENCE), 100_000).violations().stream()
                    .map(Violation::rule)
                    .collect(Collectors.toSet());
        }
    }

    /** A server whose disk has not kept the last writes before it was killed. */
    private record Forgetful(ServerProcess server) implements CheckedServer {

        @Override
        public void start() throws IOException, InterruptedException {
            server.start();
        }

        @Override
        public void kill() throws IOException, InterruptedException {
            Path synced = server.data().resolveSibling("synced");
            server.pause();
            copy(server.data(), synced);
            server.resume();
            // Meanwhile clients get their answers.
            var unused = new CountDownLatch(1).await(LOST_MILLIS, TimeUnit.MILLISECONDS);
            server.kill();
            FileTrees.delete(server.data());
            Files.move(synced, server.data());
        }

        @Override
        public void pause() throws IOException, InterruptedException {
            server.pause();
        }

        @Override
        public void resume() throws IOException, InterruptedException {
            server.resume();
        }

        @Override
        public boolean isAlive() {
            return server.isAlive();
        }

        @Override
        public InetSocketAddress address() {
            return server.address();
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /**
     * Two servers that both write, as if one had taken over and the other one had not noticed it: each connection gets to one or
     * the other.
     */
    private static final class Unfenced implements CheckedServer {

        private final ServerProcess first;
        private final ServerProcess second;
        private final AtomicInteger connections = new AtomicInteger();

        Unfenced(ServerProcess first, ServerProcess second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public void start() throws IOException, InterruptedException {
            first.start();
            first.pause();
            copy(first.data(), second.data());
            first.resume();
            second.start();
        }

        @Override
        public void kill() {
            first.kill();
        }

        @Override
        public void pause() throws IOException, InterruptedException {
            first.pause();
        }

        @Override
        public void resume() throws IOException, InterruptedException {
            first.resume();
        }

        @Override
        public boolean isAlive() {
            return first.isAlive();
        }

        @Override
        public InetSocketAddress address() {
            return connections.incrementAndGet() % 2 == 0 ? first.address() : second.address();
        }

        @Override
        public void close() {
            first.close();
            second.close();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }
}
