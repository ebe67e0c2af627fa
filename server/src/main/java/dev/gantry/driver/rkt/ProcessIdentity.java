package dev.gantry.driver.rkt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The identity of a process. The kernel reuses process ids, but never with the same start time in the same boot. The
 * runtime in {@code rkt/} has its own class of this name, since it shares no code with Gantry.
 *
 * @param pid the process id
 * @param startTicks its start time, in clock ticks after boot: field 22 of {@code /proc/PID/stat}, see proc(5)
 * @param boot the boot it belongs to, {@code /proc/sys/kernel/random/boot_id}
 */
record ProcessIdentity(long pid, long startTicks, String boot) {

    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Pattern LINE = Pattern.compile("\\d{1,10} \\d{1,19} \\S+");

    /** States of a process that has ended but was not reaped by its parent. */
    private static final Set<String> ENDED = Set.of("Z", "X");

    /** The index of the start time after the name in parentheses, which may itself have blanks and parentheses. */
    private static final int START_FIELD = 19;

    /** Reads {@code PID TICKS BOOT}; empty if the line has another form. */
    static Optional<ProcessIdentity> parse(String line) {
        if (!LINE.matcher(line).matches()) {
            return Optional.empty();
        }
        String[] parts = line.split(" ", -1);
        return Optional.of(new ProcessIdentity(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]));
    }

    /** Returns the identity of a living process; empty if no process has this id. */
    static Optional<ProcessIdentity> ofLiving(long pid) throws IOException {
        Path stat = Path.of("/proc", Long.toString(pid), "stat");
        String line;
        try {
            line = Files.readString(stat, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            if (Files.exists(stat)) {
                throw e;
            }
            return Optional.empty();
        }
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return ENDED.contains(fields[0])
                ? Optional.empty()
                : Optional.of(new ProcessIdentity(pid, Long.parseLong(fields[START_FIELD]), currentBoot()));
    }

    /** Decides whether the process is alive. */
    boolean isAlive() throws IOException {
        return ofLiving(pid).filter(this::equals).isPresent();
    }

    /** Returns the handle of the process; empty if the process has ended. */
    Optional<ProcessHandle> handle() throws IOException {
        // Get the handle first: it records the start time, so it never means a later process with the same pid.
        Optional<ProcessHandle> handle = ProcessHandle.of(pid);
        return ofLiving(pid).filter(this::equals).flatMap(same -> handle);
    }

    /** Decides whether the machine was booted after this process was started. */
    boolean isOfEarlierBoot() throws IOException {
        return !boot.equals(currentBoot());
    }

    private static String currentBoot() throws IOException {
        return Files.readString(BOOT_ID).strip();
    }
}
