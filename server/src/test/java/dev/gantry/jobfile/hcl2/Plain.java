package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.HclValue;
import java.util.stream.Collectors;

/** Reads files in HCL 2 and writes what they say in one line. */
final class Plain {

    private Plain() {}

    /** Reads a file; of one with faults, returns these. */
    static String read(String file, Inputs inputs, Surroundings world) {
        Faults faults = new Faults();
        HclValue.Body body = Hcl2File.read(file, inputs, world, false, faults);
        return faults.isEmpty()
                ? body.items().stream().map(Plain::item).collect(Collectors.joining("; "))
                : faults.inOrder().stream()
                        .map(fault -> fault.position() + ": " + fault.getMessage())
                        .collect(Collectors.joining("\n"));
    }

    static String read(String file) {
        return read(file, Inputs.NONE, Surroundings.withoutFiles());
    }

    private static String item(HclItem item) {
        String labels = item.labels().stream().map(HclName::text).collect(Collectors.joining(" "));
        return item.name().text() + (labels.isEmpty() ? "" : " " + labels) + "=" + value(item.value());
    }

    private static String value(HclValue value) {
        if (value instanceof HclValue.Text text) {
            return "'" + text.value() + "'";
        }
        if (value instanceof HclValue.Numeral number) {
            return number.literal();
        }
        if (value instanceof HclValue.Bool bool) {
            return Boolean.toString(bool.value());
        }
        if (value instanceof HclValue.Sequence list) {
            return list.elements().stream().map(Plain::value).collect(Collectors.joining(", ", "[", "]"));
        }
        return ((HclValue.Body) value).items().stream().map(Plain::item).collect(Collectors.joining("; ", "{", "}"));
    }
}
