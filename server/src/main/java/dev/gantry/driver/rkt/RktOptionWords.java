package dev.gantry.driver.rkt;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The words of a config block by which a task gets more of the machine. A word that is not known counts as one. */
final class RktOptionWords {

    static final String PLAIN_HTTP = "http://";

    /** The words of insecure_options that concern images only. */
    private static final Set<String> IMAGE_OPTIONS = Set.of("image", "tls", "ondisk", "http", "pubkey", "all-fetch");

    /** The words of insecure_options that concern running pods only. */
    private static final Set<String> RUN_OPTIONS = Set.of("capabilities", "paths", "seccomp", "all-run");

    private RktOptionWords() {}

    /** Decides whether an entry of {@code net} names the network of the machine. */
    static boolean isHostNetwork(String entry) {
        return words(entry).map(network -> network.split(":", 2)[0].strip()).anyMatch("host"::equals);
    }

    /** Decides whether {@code net} leaves the network to rkt. */
    static boolean isDefaultNetwork(List<String> entries) {
        return entries.isEmpty()
                || entries.stream().anyMatch(entry -> words(entry).anyMatch("default"::equals));
    }

    /** Decides whether an image is fetched over plain HTTP. */
    static boolean isPlainHttp(String image) {
        return image.strip().toLowerCase(Locale.ROOT).startsWith(PLAIN_HTTP);
    }

    /** Decides whether an entry of {@code insecure_options} may leave out checks of images. */
    static boolean mayLeaveOutImageChecks(String entry) {
        return mayBeOther(entry, RUN_OPTIONS);
    }

    /** Decides whether an entry of {@code insecure_options} may lift what confines a pod. */
    static boolean mayLiftConfinement(String entry) {
        return mayBeOther(entry, IMAGE_OPTIONS);
    }

    /** Decides whether one of the words is neither {@code none} nor of a set. rkt joins all entries by commas. */
    private static boolean mayBeOther(String entry, Set<String> harmless) {
        return words(entry).anyMatch(word -> !word.equals("none") && !harmless.contains(word));
    }

    private static Stream<String> words(String joined) {
        return Stream.of(joined.split(",", -1)).map(String::strip);
    }
}
