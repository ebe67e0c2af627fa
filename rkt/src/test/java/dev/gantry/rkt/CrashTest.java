package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Kills commands at random moments. {@code -Drkt.crash.kills=N} sets how many, {@code -Drkt.crash.seed=N} which
 * moments.
 */
class CrashTest extends RktTest {

    private static final int KILLS = Integer.getInteger("rkt.crash.kills", 40);
    private static final long SEED = Long.getLong("rkt.crash.seed", 1);

    /** The number of kills between whole runs of a pod. */
    private static final int PERIOD = 8;

    private final Random random = new Random(SEED);
    private int images;

    @Test
    void whatever_is_killed_the_next_command_works_and_gc_leaves_nothing_of_the_dead() throws Exception {
        Times usual = measure();
        for (int kill = 0; kill < kills(); kill++) {
            Victim victim = victim(kill, usual);
            long patience = (long) (victim.nanoseconds() * 1.1 * random.nextDouble());
            String what = "kill %d of seed %d: %s after %d ms"
                    .formatted(kill, SEED, String.join(" ", victim.command()), patience / 1_000_000);
            killOnTheWay(victim.command(), patience);
            assertThat(halfImages()).as(what).isEmpty();
            if (kill % PERIOD == 0) {
                assertThat(rkt.run(newImage()).exitCode()).as(what).isZero();
            }
            if (victim.pod().isPresent() && random.nextBoolean()) {
                assertThat(removed(victim.pod().get())).as(what).isTrue();
            }
            await(what).atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> {
                rkt.call("gc", "--grace-period=0s", "--expire-prepared=0s").succeeded();
                assertThat(leftOvers()).isEmpty();
            });
            assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                    .as(what)
                    .doesNotContain(rkt.data().toString());
        }
        assertThat(rkt.call("image", "list", "--no-legend").succeeded().out()).isNotBlank();
    }

    /** The number of commands that are killed. */
    protected int kills() {
        return KILLS;
    }

    /** The time of a command that is not killed, in nanoseconds. */
    private record Times(long prepare, long run, long remove) {}

    /** A command to be killed; the time that it takes; and the pod that it is about, if that is known before. */
    private record Victim(long nanoseconds, Optional<String> pod, List<String> command) {

        Victim(long nanoseconds, Optional<String> pod, String... command) {
            this(nanoseconds, pod, List.of(command));
        }
    }

    private Times measure() throws IOException {
        long start = System.nanoTime();
        String uuid = rkt.prepare(newImage());
        long prepared = System.nanoTime();
        rkt.call("run-prepared", uuid).succeeded();
        long ended = System.nanoTime();
        rkt.call("rm", uuid).succeeded();
        return new Times(prepared - start, ended - prepared, System.nanoTime() - ended);
    }

    private Victim victim(int number, Times usual) throws IOException {
        return switch (number % 8) {
            case 0 -> new Victim(usual.prepare(), Optional.empty(), "--insecure-options=image", "fetch", newImage());
            case 1 -> new Victim(usual.prepare(), Optional.empty(), "--insecure-options=image", "prepare", newImage());
            case 2 ->
                new Victim(
                        usual.prepare(),
                        Optional.empty(),
                        "--insecure-options=image",
                        "prepare",
                        "--no-overlay",
                        newImage());
            case 3 ->
                new Victim(
                        usual.prepare() + usual.run(), Optional.empty(), "--insecure-options=image", "run", newImage());
            case 4 -> {
                String uuid = rkt.prepare(newImage());
                yield new Victim(usual.run(), Optional.of(uuid), "run-prepared", uuid);
            }
            case 5 -> {
                String uuid = rkt.prepare(newImage());
                rkt.call("run-prepared", uuid).succeeded();
                yield new Victim(usual.remove(), Optional.of(uuid), "rm", uuid);
            }
            case 6 -> {
                String id = rkt.call("--insecure-options=image", "fetch", "--full", newImage())
                        .succeeded()
                        .out()
                        .strip();
                rkt.call("prepare", id).succeeded();
                // From now on without Java, about as fast as a removal.
                yield new Victim(usual.remove() * 2, Optional.empty(), "prepare", id);
            }
            default -> {
                String uuid = preparedByHand();
                yield new Victim(usual.remove() * 2, Optional.of(uuid), "rm", uuid);
            }
        };
    }

    /** Decides whether the pod is removed, or was gone or garbage already. */
    private boolean removed(String uuid) {
        Rkt.Result result = rkt.call("rm", uuid);
        return result.exitCode() == 0 || result.err().contains("no matches found");
    }

    /** A pod that waits to be removed and has many files. */
    private String preparedByHand() throws IOException {
        Path pod = rkt.data().resolve("pods/prepared/%08x-0000-4000-8000-000000000000".formatted(images++));
        for (int i = 0; i < 500; i++) {
            Files.createDirectories(pod.resolve("app/a/rootfs/" + i % 10 + "/" + i));
        }
        return pod.getFileName().toString();
    }

    private void killOnTheWay(List<String> command, long patience) throws Exception {
        Process process = rkt.start(Map.of(), command.toArray(String[]::new)).process();
        long end = System.nanoTime() + patience;
        while (process.isAlive() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(1); // this is the moment, nothing is waited for
        }
        List<ProcessHandle> family = new ArrayList<>(process.descendants().toList());
        process.destroyForcibly();
        if (random.nextBoolean()) {
            family.forEach(ProcessHandle::destroyForcibly);
        }
        process.waitFor();
        for (ProcessHandle child : family) {
            child.onExit().get(60, TimeUnit.SECONDS);
        }
    }

    /** Images that can be found and are not all there. */
    private List<Path> halfImages() throws Exception {
        List<Path> half = new ArrayList<>();
        Path images = rkt.data().resolve("cas/images");
        if (!Files.isDirectory(images)) {
            return half;
        }
        try (Stream<Path> found = Files.list(images)) {
            for (Path image : (Iterable<Path>) found::iterator) {
                byte[] digest =
                        MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(image.resolve("image.tar")));
                boolean isWhole = image.getFileName()
                                .toString()
                                .equals("sha512-" + HexFormat.of().formatHex(digest))
                        && Files.exists(image.resolve("manifest"))
                        && Files.exists(image.resolve("size"))
                        && Files.exists(image.resolve("last-used"))
                        && Files.exists(image.resolve("rootfs/last"))
                        && Files.notExists(image.resolve("preparer"));
                if (!isWhole) {
                    half.add(image);
                }
            }
        }
        return half;
    }

    /** All that lies where only unfinished or finished things of the dead lie. */
    private List<Path> leftOvers() throws IOException {
        List<Path> left = new ArrayList<>();
        List<Path> places = new ArrayList<>(List.of(rkt.data().resolve("cas/tmp")));
        try (Stream<Path> states = Files.list(rkt.data().resolve("pods"))) {
            states.forEach(places::add);
        }
        for (Path place : places) {
            if (Files.isDirectory(place)) {
                try (Stream<Path> found = Files.list(place)) {
                    // An unsigned directory is taken for new for a minute: that minute passes at once here.
                    for (Path path : (Iterable<Path>) found::iterator) {
                        left.add(path);
                        Files.setLastModifiedTime(path, FileTime.fromMillis(0));
                    }
                }
            }
        }
        return left;
    }

    /** An image that is not stored yet. */
    private String newImage() throws IOException {
        AciBuilder builder = new AciBuilder()
                .app("crash", "\"exec\":[\"/bin/true\"],\"user\":\"0\",\"group\":\"0\"")
                .directory("rootfs", entry -> entry.setMode(0755))
                .programs("true");
        for (int i = 0; i < 200; i++) {
            builder.file("rootfs/files/" + i, "content");
        }
        return builder.file("rootfs/last", Integer.toString(images++))
                .write(directory.resolve("crash.aci"))
                .toString();
    }
}
