package dev.gantry.jobfile;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.TextFaultException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Converts a block whose keys only a driver knows to a struct.
 *
 * <p>A block becomes a struct, a repeated block a list of structs. A label nests: {@code mount "data" { … }} is
 * {@code mount = { data = { … } }}, as in HCL 1.
 */
final class HclStruct {

    private static final Pattern DECIMAL = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?");

    private HclStruct() {}

    /** The struct of a block's items. */
    static Struct read(List<HclItem> items) {
        Map<String, List<HclItem>> named = new LinkedHashMap<>();
        items.forEach(item -> named.computeIfAbsent(item.name().text(), name -> new ArrayList<>())
                .add(item));
        Struct.Builder struct = Struct.newBuilder();
        named.forEach((name, alike) -> struct.putFields(name, value(alike)));
        return struct.build();
    }

    private static Value value(List<HclItem> alike) {
        HclItem first = alike.get(0);
        if (alike.size() == 1) {
            return value(first);
        }
        if (!alike.stream().allMatch(item -> item.value() instanceof HclValue.Body)) {
            throw new TextFaultException(
                    alike.get(1).position(),
                    "%s is set twice: take one out".formatted(first.name().text()));
        }
        return list(alike.stream().map(HclStruct::value).toList());
    }

    private static Value value(HclItem item) {
        Value value = value(item.value());
        for (int i = item.labels().size() - 1; i >= 0; i--) {
            HclName label = item.labels().get(i);
            value = struct(Struct.newBuilder().putFields(label.text(), value).build());
        }
        return value;
    }

    private static Value value(HclValue value) {
        if (value instanceof HclValue.Text text) {
            return Value.newBuilder().setStringValue(text.value()).build();
        }
        if (value instanceof HclValue.Bool bool) {
            return Value.newBuilder().setBoolValue(bool.value()).build();
        }
        if (value instanceof HclValue.Numeral number) {
            return number(number);
        }
        if (value instanceof HclValue.Sequence sequence) {
            return list(sequence.elements().stream().map(HclStruct::element).toList());
        }
        return struct(read(((HclValue.Body) value).items()));
    }

    /** Keeps a number in any notation, such as 0644, as it is written: elements of lists are arguments. */
    private static Value element(HclValue value) {
        return value instanceof HclValue.Numeral number
                        && !DECIMAL.matcher(number.literal()).matches()
                ? Value.newBuilder().setStringValue(number.literal()).build()
                : value(value);
    }

    private static Value list(List<Value> values) {
        return Value.newBuilder()
                .setListValue(ListValue.newBuilder().addAllValues(values))
                .build();
    }

    private static Value struct(Struct struct) {
        return Value.newBuilder().setStructValue(struct).build();
    }

    /**
     * Returns a number if a double keeps it as it is written, else its text: 1.10 stays 1.10 in arguments of a task, and
     * a long serial number keeps its last digit. Drivers take a text in place of a number. Of other notations, such as
     * 0x10, only the value counts.
     */
    private static Value number(HclValue.Numeral number) {
        double value = number.value().doubleValue();
        return isKept(number, value)
                ? Value.newBuilder().setNumberValue(value).build()
                : Value.newBuilder().setStringValue(number.literal()).build();
    }

    private static boolean isKept(HclValue.Numeral number, double value) {
        if (!Double.isFinite(value)) {
            return false;
        }
        BigDecimal kept = BigDecimal.valueOf(value);
        return DECIMAL.matcher(number.literal()).matches()
                ? kept.stripTrailingZeros().toPlainString().equals(number.literal())
                : kept.compareTo(number.value()) == 0;
    }
}
