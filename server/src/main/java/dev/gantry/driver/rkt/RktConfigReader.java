package dev.gantry.driver.rkt;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.Value.KindCase;
import dev.gantry.model.FieldPath;
import dev.gantry.model.Spelling;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the config block of a task into a record, and reports the values that can't be read.
 *
 * <p>As lenient as Nomad about types: a number may replace a text, {@code "true"} may replace {@code true}, and a block
 * may replace a list of one block.
 */
final class RktConfigReader {

    private static final String AUTH = "auth";

    private static final Set<String> KEYS = Set.of(
            "image",
            AUTH,
            "command",
            "args",
            "trust_prefix",
            "dns_servers",
            "dns_search_domains",
            "net",
            "port_map",
            "debug",
            "volumes",
            "insecure_options",
            "no_overlay",
            "group",
            "ulimit");

    private final Map<String, Value> fields;
    private final Interpolation interpolation;
    private final List<ConfigFault> faults = new ArrayList<>();

    private RktConfigReader(Struct block, Interpolation interpolation) {
        this.fields = block.getFieldsMap();
        this.interpolation = interpolation;
    }

    /**
     * The result of reading a block.
     *
     * @param config the record, without the values that could not be read
     * @param faults unknown keys, values of the wrong kind, and a missing image
     */
    record Reading(RktTaskConfig config, List<ConfigFault> faults) {}

    /** Reads a block. */
    static Reading read(Struct block, Interpolation interpolation) {
        return new RktConfigReader(block, interpolation).read();
    }

    private Reading read() {
        refuseUnknownKeys();
        RktTaskConfig config = new RktTaskConfig(
                text("image"),
                login(),
                text("command"),
                texts("args"),
                text("trust_prefix"),
                texts("dns_servers"),
                texts("dns_search_domains"),
                texts("net"),
                pairs("port_map"),
                flag("debug"),
                texts("volumes"),
                texts("insecure_options"),
                flag("no_overlay"),
                text("group"),
                pairs("ulimit"));
        requireImage(config.image());
        return new Reading(config, List.copyOf(faults));
    }

    private void refuseUnknownKeys() {
        refuseUnknown(fields.keySet(), KEYS, "", "Unknown setting of the rkt driver");
    }

    private void refuseUnknown(Set<String> keys, Set<String> known, String path, String fault) {
        // Sorted, since the fields of a struct have no order.
        for (String key : new TreeSet<>(keys)) {
            if (!known.contains(key)) {
                faults.add(new ConfigFault(FieldPath.entry(path, key), fault + "; " + Spelling.hint(key, known)));
            }
        }
    }

    private void requireImage(String image) {
        boolean unreadable = faults.stream().anyMatch(fault -> fault.field().equals("image"));
        if (image.isBlank() && !unreadable) {
            faults.add(new ConfigFault("image", "Must be given: a name, a file or a URL of the image to run"));
        }
    }

    private Optional<ImageLogin> login() {
        if (!fields.containsKey(AUTH)) {
            return Optional.empty();
        }
        int before = faults.size();
        Map<String, String> block = pairs(AUTH);
        refuseUnknown(block.keySet(), ImageLogin.KEYS, AUTH, "Unknown setting of the block " + AUTH);
        boolean isRead = faults.size() == before;
        for (String key : List.of(ImageLogin.USERNAME, ImageLogin.PASSWORD)) {
            if (isRead && block.getOrDefault(key, "").isEmpty()) {
                faults.add(new ConfigFault(AUTH, "Must have a %s that is not empty".formatted(key)));
            }
        }
        return Optional.of(ImageLogin.of(block));
    }

    private String text(String key) {
        Value value = fields.getOrDefault(key, Value.getDefaultInstance());
        return switch (value.getKindCase()) {
            case STRING_VALUE, NUMBER_VALUE -> scalar(value);
            case NULL_VALUE, KIND_NOT_SET -> "";
            default -> {
                faults.add(new ConfigFault(key, "Must be a text, not " + kind(value)));
                yield "";
            }
        };
    }

    private boolean flag(String key) {
        Value value = fields.getOrDefault(key, Value.getDefaultInstance());
        return switch (value.getKindCase()) {
            case BOOL_VALUE -> value.getBoolValue();
            case STRING_VALUE -> flag(key, value.getStringValue());
            case NULL_VALUE, KIND_NOT_SET -> false;
            default -> {
                faults.add(new ConfigFault(key, "Must be true or false, not " + kind(value)));
                yield false;
            }
        };
    }

    private boolean flag(String key, String text) {
        boolean known = text.equals("true") || text.equals("false") || interpolation.mayChange(text);
        if (!known) {
            faults.add(new ConfigFault(key, "Must be true or false, not \"" + text + "\""));
        }
        return text.equals("true");
    }

    private List<String> texts(String key) {
        Value value = fields.getOrDefault(key, Value.getDefaultInstance());
        return switch (value.getKindCase()) {
            case LIST_VALUE -> texts(key, value.getListValue().getValuesList());
            case NULL_VALUE, KIND_NOT_SET -> List.of();
            default -> {
                faults.add(new ConfigFault(key, "Must be a list of texts, such as [\"…\"], not " + kind(value)));
                yield List.of();
            }
        };
    }

    private List<String> texts(String key, List<Value> values) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            if (isScalar(values.get(i))) {
                texts.add(scalar(values.get(i)));
            } else {
                faults.add(new ConfigFault(FieldPath.element(key, i), "Must be a text, not " + kind(values.get(i))));
            }
        }
        return texts;
    }

    private Map<String, String> pairs(String key) {
        Value value = fields.getOrDefault(key, Value.getDefaultInstance());
        Map<String, String> pairs = new LinkedHashMap<>();
        switch (value.getKindCase()) {
            case STRUCT_VALUE -> addPairs(key, value, pairs);
            case LIST_VALUE -> value.getListValue().getValuesList().forEach(block -> addPairs(key, block, pairs));
            case NULL_VALUE, KIND_NOT_SET -> {}
            default -> faults.add(new ConfigFault(key, "Must be a block of texts, not " + kind(value)));
        }
        return pairs;
    }

    private void addPairs(String key, Value block, Map<String, String> pairs) {
        if (block.getKindCase() != KindCase.STRUCT_VALUE) {
            faults.add(new ConfigFault(key, "Must be a block of texts, not a list with " + kind(block)));
            return;
        }
        block.getStructValue().getFieldsMap().forEach((name, value) -> {
            String field = FieldPath.entry(key, name);
            if (!isScalar(value)) {
                faults.add(new ConfigFault(field, "Must be a text, not " + kind(value)));
            } else if (pairs.putIfAbsent(name, scalar(value)) != null) {
                faults.add(new ConfigFault(field, "Is given twice; leave one"));
            }
        });
    }

    private static boolean isScalar(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE, NUMBER_VALUE, BOOL_VALUE -> true;
            default -> false;
        };
    }

    private static String scalar(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> value.getStringValue();
            case NUMBER_VALUE -> number(value.getNumberValue());
            default -> Boolean.toString(value.getBoolValue());
        };
    }

    /**
     * Writes a number without a fraction if it has none: a struct has all numbers as doubles, and 8080 must not become
     * 8080.0.
     */
    private static String number(double number) {
        return Double.isFinite(number)
                ? BigDecimal.valueOf(number).stripTrailingZeros().toPlainString()
                : Double.toString(number);
    }

    private static String kind(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> "the text \"" + value.getStringValue() + "\"";
            case NUMBER_VALUE -> "the number " + number(value.getNumberValue());
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case LIST_VALUE -> "a list";
            case STRUCT_VALUE -> "a block";
            case NULL_VALUE, KIND_NOT_SET -> "null";
        };
    }
}
