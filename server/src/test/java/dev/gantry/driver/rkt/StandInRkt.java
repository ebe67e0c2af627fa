package dev.gantry.driver.rkt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A scripted rkt in a directory of its own; see stand-in-rkt.sh. */
final class StandInRkt {

    private final Path home;

    private StandInRkt(Path home) {
        this.home = home;
    }

    static StandInRkt found(Path home) {
        return new StandInRkt(home);
    }

    static StandInRkt in(Path home) {
        StandInRkt rkt = new StandInRkt(home);
        try (InputStream script = StandInRkt.class.getResourceAsStream("stand-in-rkt.sh")) {
            Files.createDirectories(home);
            Files.copy(script, rkt.path());
            Files.setPosixFilePermissions(rkt.path(), PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        rkt.version("rkt Version: 1.30.0\nappc Version: 0.8.11\nGo Version: go1.19.8\n");
        return rkt;
    }

    Path path() {
        return home.resolve("rkt");
    }

    RktExecutable executable() {
        return new RktExecutable(Optional.of(path()), "", Optional.empty());
    }

    void version(String output) {
        write("version", output);
    }

    /** Sets the output of the command config. */
    void configuration(String json) {
        write("config", json);
    }

    /** Sets the program that pods run from now on. */
    void app(String script) {
        write("app", script);
    }

    /** From now on the app of a pod has a root of its own and an empty environment. */
    void fly() {
        write("fly", "");
    }

    /** From now on prepare chooses the UUIDs of pods itself, as the original rkt does. */
    void chooseUuids() {
        write("chooses-uuids", "");
    }

    void fail(String command, String stderr) {
        write("fail-" + command, stderr);
    }

    void hang(String command) {
        write("hang-" + command, "");
    }

    /** Ends a command by a signal, such as KILL. */
    void signal(String command, String signal) {
        write("signal-" + command, signal);
    }

    /** The calls so far, words joined by bars, without the executable itself. */
    List<String> calls() {
        return Files.exists(home.resolve("calls")) ? read("calls").lines().toList() : List.of();
    }

    /** The calls of one command. */
    List<String> calls(String command) {
        return calls().stream()
                .filter(call -> ("|" + call + "|").contains("|" + command + "|"))
                .toList();
    }

    /** Returns the standard input of the last call that got secrets. */
    String input() {
        return read("input");
    }

    /** Returns the configuration directory that the last call with one got. */
    Path userConfig() {
        return home.resolve("user-config");
    }

    List<String> environment() {
        return read("environment").lines().toList();
    }

    List<String> pods() {
        try (Stream<Path> pods = Files.list(Files.createDirectories(home.resolve("pods")))) {
            return pods.map(pod -> pod.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forgets all images, as a garbage collection of them may. */
    void removeImages() {
        try (Stream<Path> images = Files.list(home.resolve("images"))) {
            for (Path image : images.toList()) {
                Files.delete(image);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The process of a running pod. */
    ProcessHandle process(String uuid) {
        return ProcessHandle.of(Long.parseLong(read("pods/" + uuid + "/pid").strip()))
                .orElseThrow();
    }

    boolean isRunning(String uuid) {
        return Files.exists(home.resolve("pods/" + uuid + "/pid"))
                && ProcessHandle.of(Long.parseLong(read("pods/" + uuid + "/pid").strip()))
                        .isPresent();
    }

    /** Makes a pod as if another program had prepared it. */
    void putPod(String uuid, String manifest) {
        try {
            Files.createDirectories(home.resolve("pods/" + uuid));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write("pods/" + uuid + "/manifest", manifest);
        write("pods/" + uuid + "/state", "prepared");
    }

    /** Lets the stage1 know how a pod has ended. */
    void exited(String uuid, int code) {
        write("pods/" + uuid + "/state", "exited");
        write("pods/" + uuid + "/exit-code", ",\"exit_code\":" + code);
    }

    private void write(String name, String text) {
        try {
            Files.writeString(home.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String read(String name) {
        try {
            return Files.readString(home.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
