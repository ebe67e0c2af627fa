package dev.gantry.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures the disk space that the files of a directory take, by the machine's {@code du}: the blocks of files with holes, and
 * files with several names once, which Java can't tell. It follows no links, and stays on one file system.
 */
public final class DiskMeter {

    private static final Logger LOG = LoggerFactory.getLogger(DiskMeter.class);

    private static final Pattern KIBIBYTES = Pattern.compile("([0-9]{1,15})\\s.*", Pattern.DOTALL);
    private static final String PROGRAMS = "/usr/bin:/bin";

    private final Duration longest;

    /**
     * Makes a meter.
     *
     * @param longest how long a measurement may take; a longer one is given up
     */
    public DiskMeter(Duration longest) {
        this.longest = longest;
    }

    /**
     * Measures a directory, which others may change meanwhile. Blocks.
     *
     * @param directory the directory
     * @return the size in bytes; empty if it could not be measured as a whole, such as if a file was deleted meanwhile
     * @throws InterruptedException if the thread was interrupted
     */
    OptionalLong measure(Path directory) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(List.of("du", "-skx", "--", directory.toString()))
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> environment = builder.environment();
        String path = environment.getOrDefault("PATH", PROGRAMS);
        environment.clear();
        environment.put("PATH", path);
        environment.put("LC_ALL", "C");
        try {
            return read(builder.start(), directory);
        } catch (IOException e) {
            LOG.debug("Can't measure {}", directory, e);
            return OptionalLong.empty();
        }
    }

    /** The output is one short line, which the pipe holds until the program has ended. */
    private OptionalLong read(Process process, Path directory) throws InterruptedException, IOException {
        try {
            if (!process.waitFor(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "The disk space of {} is not measured: it takes longer than {} s",
                        directory,
                        longest.toSeconds());
                return OptionalLong.empty();
            }
            String line = new String(process.getInputStream().readNBytes(64), StandardCharsets.US_ASCII);
            Matcher size = KIBIBYTES.matcher(line);
            return process.exitValue() == 0 && size.matches()
                    ? OptionalLong.of(Long.parseLong(size.group(1)) << 10)
                    : OptionalLong.empty();
        } finally {
            process.destroyForcibly();
        }
    }
}
