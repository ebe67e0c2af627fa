package dev.gantry.driver.rkt;

import dev.gantry.model.Spelling;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Resource limits of processes, see getrlimit(2). (The class of this name in {@code rkt/} is about control groups.) The
 * names are those of {@code docker run --ulimit}, which Nomad's docker driver has in its {@code ulimit} block, and
 * {@code as}.
 */
public final class ResourceLimits {

    /** The prefix of the node's options, such as {@code rkt.ulimit.nofile}. */
    public static final String OPTION = "rkt.ulimit.";

    private static final String UNLIMITED = "unlimited";
    private static final Pattern LIMIT = Pattern.compile("(unlimited|-1|[0-9]{1,18})(?::(unlimited|-1|[0-9]{1,18}))?");
    private static final Path MOST_OPEN_FILES = Path.of("/proc/sys/fs/nr_open");

    private static final long USUAL_OPEN_FILES = 65_536;
    private static final long MOST_USUAL_OPEN_FILES = 1_048_576;

    /**
     * The limits of a task without a {@code ulimit} block. The kernel counts processes and signals by user, and tasks
     * share users: a limit on these would let tasks disturb each other.
     */
    private static final Map<String, String> USUAL = Map.ofEntries(
            Map.entry("as", UNLIMITED),
            Map.entry("core", "0:unlimited"),
            Map.entry("cpu", UNLIMITED),
            Map.entry("data", UNLIMITED),
            Map.entry("fsize", UNLIMITED),
            Map.entry("locks", UNLIMITED),
            Map.entry("memlock", "8388608"),
            Map.entry("msgqueue", "819200"),
            Map.entry("nice", "0"),
            Map.entry("nofile", USUAL_OPEN_FILES + ":" + MOST_USUAL_OPEN_FILES),
            Map.entry("nproc", UNLIMITED),
            Map.entry("rss", UNLIMITED),
            Map.entry("rtprio", "0"),
            Map.entry("rttime", UNLIMITED),
            Map.entry("sigpending", UNLIMITED),
            Map.entry("stack", "8388608:unlimited"));

    private final Map<String, String> limits;

    private ResourceLimits(Map<String, String> limits) {
        this.limits = new TreeMap<>(limits);
    }

    /**
     * Returns the limits of a node's tasks.
     *
     * @param options the node's options, of which those that begin with {@link #OPTION} count
     * @return the usual limits, changed by the options
     * @throws IllegalArgumentException if an option is invalid; the message names it
     */
    public static ResourceLimits ofNode(Map<String, String> options) {
        Map<String, String> limits = new TreeMap<>(USUAL);
        limits.put("nofile", usualOpenFiles());
        options.forEach((option, value) -> {
            if (isOption(option)) {
                String name = option.substring(OPTION.length());
                fault(name, value).ifPresent(fault -> {
                    throw new IllegalArgumentException("Option %s: %s".formatted(option, fault));
                });
                limits.put(name, value);
            }
        });
        return new ResourceLimits(limits);
    }

    /**
     * Returns true if an option of a node is about limits, even if the option is invalid.
     *
     * @param option the option's name
     */
    public static boolean isOption(String option) {
        return option.startsWith(OPTION);
    }

    /** Returns the limits of a task. */
    static ResourceLimits ofTask(Map<String, String> limits) {
        return new ResourceLimits(limits);
    }

    /** Returns the soft limit of a task's stack in bytes. */
    static long stack(Map<String, String> limits) {
        return number(inWordsOfPrlimit(limits.getOrDefault("stack", USUAL.get("stack")))
                .split(":", -1)[0]);
    }

    /** Returns the fault of a limit; empty if the limit is valid. */
    static Optional<String> fault(String name, String value) {
        if (!USUAL.containsKey(name)) {
            return Optional.of("\"%s\" is no limit; %s".formatted(name, Spelling.hint(name, USUAL.keySet())));
        }
        Matcher limit = LIMIT.matcher(value);
        if (!limit.matches()) {
            return Optional.of("Must be a number, unlimited, or two of these as SOFT:HARD, not \"" + value + "\"");
        }
        return limit.group(2) != null && number(limit.group(1)) > number(limit.group(2))
                ? Optional.of("The soft limit must not be above the hard one, as in \"" + value + "\"")
                : Optional.empty();
    }

    /** Returns the names of the limits, sorted. */
    List<String> names() {
        return List.copyOf(limits.keySet());
    }

    /** Returns these limits without the named ones. */
    ResourceLimits without(List<String> names) {
        Map<String, String> others = new TreeMap<>(limits);
        others.keySet().removeAll(names);
        return new ResourceLimits(others);
    }

    /**
     * Returns these limits, lowered to the highest limits that a process may set.
     *
     * @param hard the highest limits by their names; others are not lowered
     */
    ResourceLimits below(Map<String, String> hard) {
        Map<String, String> lowered = new TreeMap<>(limits);
        lowered.replaceAll((name, value) -> {
            if (!hard.containsKey(name)) {
                return value;
            }
            String[] both = inWordsOfPrlimit(value).split(":", -1);
            String lower = lower(both[0], hard.get(name)) + ":" + lower(both[1], hard.get(name));
            return lower.equals(inWordsOfPrlimit(value)) ? value : lower;
        });
        return new ResourceLimits(lowered);
    }

    /** Returns the names of the limits whose values differ. */
    List<String> differences(ResourceLimits others) {
        return limits.keySet().stream()
                .filter(name -> !limits.get(name).equals(others.limits.get(name)))
                .toList();
    }

    private static String lower(String limit, String other) {
        return number(limit) < number(other) ? limit : other;
    }

    /** Returns the value of a limit, as the job or the option has it. */
    String value(String name) {
        return limits.get(name);
    }

    /** Returns only the named limit. */
    ResourceLimits only(String name) {
        return new ResourceLimits(Map.of(name, limits.get(name)));
    }

    /**
     * Returns the words that run a command line with these limits when they precede it; empty if there are no limits.
     */
    List<String> prefix() {
        if (limits.isEmpty()) {
            return List.of();
        }
        List<String> line = new ArrayList<>(List.of("prlimit"));
        limits.forEach((name, value) -> line.add("--" + name + "=" + inWordsOfPrlimit(value)));
        line.add("--");
        return line;
    }

    /** Formats a limit for prlimit(1). One number alone is the soft and the hard limit. */
    private static String inWordsOfPrlimit(String value) {
        Matcher limit = LIMIT.matcher(value);
        if (!limit.matches()) {
            throw new IllegalStateException("\"" + value + "\" was not checked");
        }
        String soft = limit.group(1).replace("-1", UNLIMITED);
        String hard = limit.group(2) == null ? soft : limit.group(2).replace("-1", UNLIMITED);
        return soft + ":" + hard;
    }

    private static long number(String limit) {
        return limit.equals(UNLIMITED) || limit.equals("-1") ? Long.MAX_VALUE : Long.parseLong(limit);
    }

    /** Returns the usual limit of open files: the kernel refuses limits above {@code fs.nr_open}. */
    private static String usualOpenFiles() {
        // The kernel returns the whole text only to the first read, and Files.readString begins with a read of one
        // byte.
        try (BufferedReader file = Files.newBufferedReader(MOST_OPEN_FILES)) {
            long most = Math.min(MOST_USUAL_OPEN_FILES, Long.parseLong(file.readLine()));
            return Math.min(USUAL_OPEN_FILES, most) + ":" + most;
        } catch (IOException | NumberFormatException e) {
            // The maximum is unknown: ProgramStart tries this value, and warns if it can't be set.
            return USUAL.get("nofile");
        }
    }
}
