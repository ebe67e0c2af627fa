package dev.gantry.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.check.FaultKind.Track;
import dev.gantry.check.Interloper.Lie;
import dev.gantry.check.Plan.Fault;
import dev.gantry.check.history.Rules;
import dev.gantry.check.history.Violation;
import dev.gantry.check.history.Violation.Rule;
import dev.gantry.files.FileTrees;
import dev.gantry.store.PostgresAddress;
import dev.gantry.store.TestDatabase;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A check of a server that has a fault finds it. */
@Timeout(value = 4, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SeededFaultsTest {

    private static final int CLIENTS = 4;
    private static final int NODES = 3;
    private static final int MILLIS = 8000;
    private static final int SPLIT_MILLIS = 20_000;
    private static final long LOST_MILLIS = 1500;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** A cluster without the fault settles within this time, also on a busy machine. */
    private static final Duration LONG_PATIENCE = Duration.ofSeconds(15);

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
    void a_leader_that_goes_on_writing_after_another_server_has_taken_over_is_found() throws Exception {
        PostgresAddress address =
                TestDatabase.POSTGRESQL.options(dir).postgres().orElseThrow();
        URI url = URI.create(address.url().substring("jdbc:".length()));
        Path password =
                Files.writeString(dir.resolve("password"), address.password().orElseThrow());
        try (Unfencing unfencing = new Unfencing(url.getPort())) {
            List<String> role = List.of("--db-user=" + address.user().orElseThrow(), "--db-password-file=" + password);
            String unfenced = "jdbc:postgresql://127.0.0.1:%d%s".formatted(unfencing.port(), url.getPath());
            CheckedDatabase ofOne = CheckedDatabase.postgres(unfenced, role);
            CheckedDatabase ofTwo = CheckedDatabase.postgres(unfenced, role);
            ServerProcess one = process(Files.createDirectory(dir.resolve("one")), ofOne.options(), Optional.empty());
            ServerProcess two = process(Files.createDirectory(dir.resolve("two")), ofTwo.options(), Optional.of(one));
            List<Site> sites = List.of(Site.of(one, ofOne.link()), Site.of(two, ofTwo.link()));

            // Which rule is broken depends on what both of them write, and what constraints of the database refuse.
            assertThat(check(longPauseOfTheLeader(), sites, LONG_PATIENCE)).isNotEmpty();
        }
    }

    /** Returns a plan whose first fault lets another server take over, and the leader go on a moment later. */
    private static Plan longPauseOfTheLeader() {
        return LongStream.iterate(0, seed -> seed + 1)
                .mapToObj(seed -> new Plan(seed, CLIENTS, Integer.MAX_VALUE, SPLIT_MILLIS, Set.of(FaultKind.PAUSE)))
                .filter(plan -> {
                    Fault first = plan.fault(Track.SERVERS, plan.ofTrack(Track.SERVERS))
                            .orElseThrow();
                    return first.hitsLeader() && first.pauseMillis() < 3000 && first.millis() > 6500;
                })
                .findFirst()
                .orElseThrow();
    }

    private static ServerProcess process(Path dir) {
        return process(dir, List.of(), Optional.empty());
    }

    private static ServerProcess process(Path dir, List<String> database, Optional<ServerProcess> first) {
        // The log of tests leaves out that a server is ready.
        return new ServerProcess(
                dir,
                List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-Dlogback.configurationFile=logback.xml"),
                database,
                first);
    }

    private static Set<Rule> check(CheckedServer server, Set<FaultKind> faults) throws Exception {
        return check(
                new Plan(7, CLIENTS, Integer.MAX_VALUE, MILLIS, faults),
                List.of(Site.of(server, Optional.empty())),
                PATIENCE);
    }

    private static Set<Rule> check(Plan plan, List<Site> sites, Duration patience) throws Exception {
        Recorder recorder = new Recorder(System::nanoTime);
        try (CheckRun run = new CheckRun(plan, sites, Optional.empty(), recorder)) {
            return Rules.apply(run.run(NODES, patience), 100_000).violations().stream()
                    .map(Violation::rule)
                    .collect(Collectors.toSet());
        }
    }

    /** A server whose disk has not kept the last writes before it was killed. */
    private record Forgetful(ServerProcess server) implements CheckedServer {

        @Override
        public void start(String advertised) throws IOException, InterruptedException {
            server.start(advertised);
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

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }
}
