package dev.gantry.cli.jobfile;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gantry.cli.jobfile.hcl.HclItem;
import dev.gantry.cli.jobfile.hcl.HclName;
import dev.gantry.cli.jobfile.hcl.HclValue;
import dev.gantry.cli.jobfile.hcl.TextFaultException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a block whose keys only a driver knows into a struct.
 *
 * <p>A block becomes a struct, one that is repeated a list of structs. A label nests: {@code mount "data" { … }} is
 * {@code mount = { data = { … } }}, as in HCL 1.
 */
final class HclStruct {

    private HclStruct() {}

    /** The struct of a block's items. */
    static Struct read(List<HclItem> items) {
        Map<String, Value> fields = new LinkedHashMap<>();
        for (HclItem item : items) {
            fields.merge(item.name().text(), value(item), (first, again) -> repeated(item, first, again));
        }
        return Struct.newBuilder().putAllFields(fields).build();
    }

    private static Value repeated(HclItem item, Value first, Value again) {
        if (!again.hasStructValue() || !(first.hasStructValue() || isOfStructs(first))) {
            throw new TextFaultException(
                    item.position(),
                    "%s is set twice: take one out".formatted(item.name().text()));
        }
        ListValue.Builder all = first.hasListValue()
                ? first.getListValue().toBuilder()
                : ListValue.newBuilder().addValues(first);
        return Value.newBuilder().setListValue(all.addValues(again)).build();
    }

    private static boolean isOfStructs(Value value) {
        return value.hasListValue()
                && value.getListValue().getValuesList().stream().allMatch(Value::hasStructValue);
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
            return Value.newBuilder().setNumberValue(finite(number)).build();
        }
        if (value instanceof HclValue.Sequence sequence) {
            ListValue.Builder list = ListValue.newBuilder();
            sequence.elements().forEach(element -> list.addValues(value(element)));
            return Value.newBuilder().setListValue(list).build();
        }
        return struct(read(((HclValue.Body) value).items()));
    }

    private static Value struct(Struct struct) {
        return Value.newBuilder().setStructValue(struct).build();
    }

    private static double finite(HclValue.Numeral number) {
        double value = number.value().doubleValue();
        if (Double.isInfinite(value)) {
            throw new TextFaultException(number.position(), number.literal() + " is too large: put it in quotes");
        }
        return value;
    }
}
