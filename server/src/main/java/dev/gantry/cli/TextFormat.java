package dev.gantry.cli;

import com.google.protobuf.ProtocolMessageEnum;
import dev.gantry.v1.AllocatedPort;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The words that commands show things by. */
final class TextFormat {

    private static final int SHORT_ID = 8;

    private TextFormat() {}

    /** The first eight characters of an id, as Nomad shows it. */
    static String shortId(String id) {
        return id.substring(0, Math.min(SHORT_ID, id.length()));
    }

    /** A value of an enum without what it repeats of its type: {@code JOB_STATUS_RUNNING} is {@code running}. */
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

    /** {@code yes} or {@code no}. */
    static String yes(boolean truth) {
        return truth ? "yes" : "no";
    }

    /** Text, or a dash where there is none. */
    static String orDash(String text) {
        return text.isEmpty() ? "-" : text;
    }

    /** Some words in a row, or a dash where there are none. */
    static String list(Collection<String> words) {
        return orDash(String.join(", ", words));
    }

    /** Ports, such as {@code http 127.0.0.1:21034}. */
    static String ports(List<AllocatedPort> ports) {
        return ports.stream()
                .map(port -> port.getLabel() + " " + port.getIp() + ":" + port.getPort())
                .collect(Collectors.joining(", "));
    }

    /** A number of things: {@code 1 node}, {@code 2 nodes}. */
    static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }
}
