package dev.gantry.cli;

import com.google.protobuf.ProtocolMessageEnum;
import dev.gantry.v1.AllocatedPort;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Formats values for people. */
final class TextFormat {

    private static final int SHORT_ID = 8;

    private TextFormat() {}

    /** Returns the first eight characters of an id, as Nomad shows ids. */
    static String shortId(String id) {
        return id.substring(0, Math.min(SHORT_ID, id.length()));
    }

    /**
     * Formats a value of an enum without the prefix of its type: {@code JOB_STATUS_RUNNING} becomes {@code running}.
     */
    static String word(ProtocolMessageEnum value) {
        // A newer server may know values that have no name here.
        if (value.toString().equals("UNRECOGNIZED")) {
            return "unknown";
        }
        String prefix = value.getDescriptorForType().getName().replaceAll("(?<=[a-z])(?=[A-Z])", "_") + "_";
        String name = value.getValueDescriptor().getName();
        String word = name.regionMatches(true, 0, prefix, 0, prefix.length()) ? name.substring(prefix.length()) : name;
        return word.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Returns {@code yes} or {@code no}. */
    static String yes(boolean truth) {
        return truth ? "yes" : "no";
    }

    /** Returns the text, or a dash if it is empty. */
    static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    /** Joins words with commas; a dash if there are none. */
    static String list(Collection<String> words) {
        return orDash(String.join(", ", words));
    }

    /** Formats ports, such as {@code http 127.0.0.1:21034}. */
    static String ports(List<AllocatedPort> ports) {
        return ports.stream()
                .map(port -> port.getLabel() + " " + port.getIp() + ":" + port.getPort())
                .collect(Collectors.joining(", "));
    }

    /** Formats a count: {@code 1 node}, {@code 2 nodes}. */
    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }
}
