package dev.gantry.driver.rkt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the supervisor of a task in the process table, if the records of the run can't be read. The path of a
 * supervisor's script is in the directory of its run ({@link Supervisor}), and on its command line.
 */
final class SupervisorSearch {

    private static final Path PROCESSES = Path.of("/proc");

    private SupervisorSearch() {}

    /**
     * A run in progress.
     *
     * @param uuid the pod
     * @param supervisor the supervisor's process
     */
    record Run(String uuid, ProcessIdentity supervisor) {}

    /**
     * Finds the run of a task.
     *
     * @param driver the task's driver directory, which holds the directories of its runs
     * @return the run; empty if no supervisor lives
     */
    static Optional<Run> find(Path driver) throws IOException {
        Map<String, String> scripts = scripts(driver);
        if (scripts.isEmpty()) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
            for (Path process : processes) {
                String uuid = scripts.get(script(process));
                Optional<ProcessIdentity> identity = uuid == null
                        ? Optional.empty()
                        : ProcessIdentity.ofLiving(
                                Long.parseLong(process.getFileName().toString()));
                if (identity.isPresent()) {
                    return Optional.of(new Run(uuid, identity.get()));
                }
            }
        }
        return Optional.empty();
    }

    /** Returns the UUIDs of pods by the paths of their supervisors' scripts. */
    private static Map<String, String> scripts(Path driver) throws IOException {
        Map<String, String> scripts = new HashMap<>();
        if (Files.isDirectory(driver)) {
            try (DirectoryStream<Path> runs = Files.newDirectoryStream(driver, Files::isDirectory)) {
                runs.forEach(run -> scripts.put(
                        Supervisor.script(run).toString(), run.getFileName().toString()));
            }
        }
        return scripts;
    }

    /** Returns the path of the script that a shell runs; an empty text for all other processes. */
    private static String script(Path process) {
        try {
            String[] line = Files.readString(process.resolve("cmdline"), StandardCharsets.UTF_8)
                    .split("\0", -1);
            return line.length > 1 ? line[1] : "";
        } catch (IOException e) {
            // The process has just ended, or its command line can't be decoded.
            return "";
        }
    }
}
