package dev.gantry.driver.rkt;

import com.google.gson.JsonParseException;
import dev.gantry.driver.TaskDirectory;
import dev.gantry.files.FileTrees;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The files of a task's run in its driver directory, which outlive the node's process.
 *
 * <pre>
 * pod.json         the pod, written before anything of it runs, while rkt prepares it
 * UUID/supervise   the supervisor's script
 * UUID/copy-output the script of those who copy the pod's output, one for each
 * UUID/end-group   the script that ends what the pod has left
 * UUID/stdout      the pipe that the pod writes to; UUID/stderr likewise
 * UUID/supervisor  the supervisor's process, or that the node has given the run up; whoever comes first makes it
 * UUID/group       the control group of the pod, once it is in it
 * UUID/exit        the exit code; before, exit.new takes its space from the begin of the run on
 * UUID/log         what the supervisor and the copiers themselves complain about
 * UUID/lost        why output of the pod was lost; there is none if it was not
 * </pre>
 */
final class RunFiles {

    private static final String GIVEN_UP = "given up";

    private final Path directory;

    private RunFiles(Path directory) {
        this.directory = directory;
    }

    static RunFiles of(TaskDirectory directory) {
        return new RunFiles(directory.driver());
    }

    /** The pod of the last start; empty if there was none, or if it was removed. */
    Optional<PodRecord> pod() throws IOException {
        try {
            return read(podFile()).map(PodRecord::fromJson);
        } catch (JsonParseException e) {
            throw new IOException(podFile() + " is damaged: " + e.getMessage(), e);
        }
    }

    /**
     * Records a pod and forces the record to disk. After a loss of power without the record, the node would start the
     * task as if it had never run, regardless of its restart policy.
     */
    void save(PodRecord pod) throws IOException {
        Files.createDirectories(run(pod.uuid()));
        Path fresh = directory.resolve("pod.json.new");
        try (FileChannel file = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer json = StandardCharsets.UTF_8.encode(pod.toJson());
            while (json.hasRemaining()) {
                file.write(json);
            }
            file.force(true);
        }
        Files.move(fresh, podFile(), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Sets the time of the start in the record of a pod. Writes over the record in place if the text is as long, which
     * leaves the old or the new one whatever happens, and does not wait for the disk.
     */
    void restamp(PodRecord pod) throws IOException {
        byte[] json = pod.toJson().getBytes(StandardCharsets.UTF_8);
        try (FileChannel file = FileChannel.open(podFile(), StandardOpenOption.WRITE)) {
            if (file.size() == json.length) {
                file.write(ByteBuffer.wrap(json), 0);
                return;
            }
        }
        save(pod);
    }

    /** The directory of a pod's run. */
    Path run(String uuid) {
        return directory.resolve(uuid);
    }

    /** The supervisor that has taken the run; empty if none has. */
    Optional<ProcessIdentity> supervisor(String uuid) throws IOException {
        return read(supervisorFile(uuid)).flatMap(ProcessIdentity::parse);
    }

    /**
     * Gives a run up, so that no supervisor can take it any more.
     *
     * @return false if a supervisor was first
     */
    boolean giveUp(String uuid) throws IOException {
        try {
            Files.createDirectories(run(uuid));
            Files.writeString(supervisorFile(uuid), GIVEN_UP, StandardOpenOption.CREATE_NEW);
            return true;
        } catch (FileAlreadyExistsException e) {
            // A supervisor wrote the damaged file: the node's own file has a fixed content.
            return read(supervisorFile(uuid)).filter(GIVEN_UP::equals).isPresent();
        }
    }

    /** Returns whether something has taken the run: its supervisor, or a node that has given it up. */
    boolean isTaken(String uuid) {
        return Files.exists(supervisorFile(uuid));
    }

    /**
     * Returns true if a supervisor has begun the run: it makes these files after it has taken the run. A supervisor that
     * has not may still find the run given up.
     */
    boolean hasBegun(String uuid) {
        return Files.exists(run(uuid).resolve("exit.new"))
                || Files.exists(run(uuid).resolve("exit"));
    }

    /** Returns the runs that supervisors have taken, and when each was. */
    Map<String, Instant> supervised() throws IOException {
        Map<String, Instant> runs = new HashMap<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(directory, Files::isDirectory)) {
            for (Path run : directories) {
                String uuid = run.getFileName().toString();
                if (supervisor(uuid).isPresent()) {
                    runs.put(
                            uuid,
                            Files.getLastModifiedTime(supervisorFile(uuid)).toInstant());
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return runs;
    }

    /** Returns true if a supervisor has taken the run and its record of itself is damaged. */
    boolean isTakenByUnknown(String uuid) throws IOException {
        Optional<String> taker = read(supervisorFile(uuid));
        return taker.isPresent()
                && !taker.get().equals(GIVEN_UP)
                && ProcessIdentity.parse(taker.get()).isEmpty();
    }

    /** Replaces the damaged record of the supervisor that has taken the run. */
    void mend(String uuid, ProcessIdentity supervisor) throws IOException {
        Path fresh = run(uuid).resolve("supervisor.mended");
        Files.writeString(fresh, "%d %d %s\n".formatted(supervisor.pid(), supervisor.startTicks(), supervisor.boot()));
        Files.move(fresh, supervisorFile(uuid), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The exit code and when it was written; empty if it was not. */
    Optional<Exit> exit(String uuid) throws IOException {
        Path file = run(uuid).resolve("exit");
        Optional<String> code = read(file);
        if (code.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Exit(
                    Integer.parseInt(code.get()),
                    Files.getLastModifiedTime(file).toInstant()));
        } catch (NumberFormatException e) {
            throw new IOException(file + " is damaged: it holds \"" + code.get() + "\"", e);
        }
    }

    /** Why output of the pod could not be written; empty if all was. */
    Optional<String> lostOutput(String uuid) throws IOException {
        return read(run(uuid).resolve("lost"));
    }

    /** The control group that the pod has entered; empty if it has none. */
    Optional<Path> group(String uuid) throws IOException {
        try {
            return read(run(uuid).resolve("group"))
                    .filter(group -> !group.isEmpty())
                    .map(Path::of);
        } catch (InvalidPathException e) {
            throw new IOException(run(uuid).resolve("group") + " is damaged", e);
        }
    }

    /**
     * Deletes the record of the last start, but keeps the mark that it was given up, since its supervisor may still
     * start.
     */
    void forget() throws IOException {
        Files.deleteIfExists(podFile());
    }

    /** Deletes a pod's record and all files of its run. */
    void delete(String uuid) throws IOException {
        if (pod().filter(pod -> pod.uuid().equals(uuid)).isPresent()) {
            forget();
        }
        FileTrees.delete(run(uuid));
    }

    private Path podFile() {
        return directory.resolve("pod.json");
    }

    private Path supervisorFile(String uuid) {
        return run(uuid).resolve("supervisor");
    }

    private static Optional<String> read(Path file) throws IOException {
        try {
            // Binary content is no record either.
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * The end of a run.
     *
     * @param code the exit code
     * @param at when
     */
    record Exit(int code, Instant at) {}
}
