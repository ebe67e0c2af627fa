package dev.gantry.bench;

import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The start time of an app, which prints the time at once and ends. */
final class StartTime {

    /** What the app is; GNU's knows nanoseconds. */
    static final String COMMAND = "/bin/date";

    /** Its argument: nanoseconds since 1970. */
    static final String ARGUMENT = "+%s%N";

    private static final Pattern NANOS = Pattern.compile("\\b[1-9][0-9]{18}$");

    private StartTime() {}

    /**
     * Parses the output of the app.
     *
     * @param output all of its standard output
     * @return when it ran
     * @throws IllegalStateException if that is no time
     */
    static Instant parse(String output) {
        String line = output.strip();
        // Some stage1s of rkt prefix output with the app's name.
        Matcher time = NANOS.matcher(line);
        if (!time.find()) {
            throw new IllegalStateException(
                    "%s %s of the image printed \"%s\": use an image with the date of GNU coreutils, as docs/examples/make-aci.sh makes one"
                            .formatted(COMMAND, ARGUMENT, line));
        }
        return Instant.ofEpochSecond(0, Long.parseLong(time.group()));
    }
}
