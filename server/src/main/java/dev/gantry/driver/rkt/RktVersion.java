package dev.gantry.driver.rkt;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The output of {@code rkt version}.
 *
 * @param rkt version of rkt, such as {@code 1.30.0}
 * @param appc version of the appc specification, such as {@code 0.8.11}
 * @param isBundled true for the bundled rkt: unlike rkt 1.30, it records for each stored image whether it was verified, and
 *     reads environments whose values have several lines
 * @param sharesNetwork true if it is known to give each pod the network of the machine unless the pod names another, as
 *     the bundled rkt does without crun
 */
record RktVersion(String rkt, String appc, boolean isBundled, boolean sharesNetwork) {

    // "rkt Version: 1.30.0", and "rkt version 1.1.0" before 1.2
    private static final Pattern RKT =
            Pattern.compile("^rkt version:? (\\d{1,9}(\\.\\d{1,9})*)", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
    private static final Pattern APPC =
            Pattern.compile("^appc version:? (\\d{1,9}(\\.\\d{1,9})*)", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

    private static final Pattern BUNDLED =
            Pattern.compile("^Implementation: Gantry rkt \\S+ \\((\\w+)\\)", Pattern.MULTILINE);

    private static final String FLY = "fly";

    /** Parses rkt's output; empty if one of the two versions is missing. */
    static Optional<RktVersion> parse(String output) {
        Matcher rkt = RKT.matcher(output);
        Matcher appc = APPC.matcher(output);
        Matcher bundled = BUNDLED.matcher(output);
        boolean isBundled = bundled.find();
        return rkt.find() && appc.find()
                ? Optional.of(new RktVersion(
                        rkt.group(1),
                        appc.group(1),
                        isBundled,
                        isBundled && bundled.group(1).equals(FLY)))
                : Optional.empty();
    }

    /** Decides whether rkt has the given version or a later one. Compares number by number. */
    boolean isAtLeast(String minimum) {
        return Arrays.compare(numbers(rkt), numbers(minimum)) >= 0;
    }

    private static int[] numbers(String version) {
        return Arrays.stream(version.split("\\.", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
    }
}
