package dev.gantry.cli;

import com.google.protobuf.Timestamp;
import dev.gantry.client.StoredVariable;
import dev.gantry.model.ProtoTimes;
import dev.gantry.v1.Variable;
import dev.gantry.v1.VariableKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Shows variables and their keys. */
final class VariableView {

    private VariableView() {}

    /** Returns the protocol's message of a variable. */
    static Variable message(StoredVariable variable) {
        return Variable.newBuilder()
                .setPath(variable.path())
                .putAllItems(variable.items())
                .setCreateIndex(variable.createIndex())
                .setModifyIndex(variable.modifyIndex())
                .setCreateTime(time(variable.createTime()))
                .setModifyTime(time(variable.modifyTime()))
                .build();
    }

    /** Shows a table; without objects, a line that says so. */
    static List<String> list(List<StoredVariable> variables) {
        if (variables.isEmpty()) {
            return List.of("No variables");
        }
        return new Table("Path", "Modify index", "Modified")
                .rows(
                        variables,
                        variable -> List.of(
                                variable.path(),
                                Long.toString(variable.modifyIndex()),
                                TimeFormat.exact(time(variable.modifyTime()))))
                .lines();
    }

    /** Shows a variable with its values. Control characters are escaped: a value must not steer the terminal. */
    static List<String> whole(StoredVariable variable) {
        List<String> lines = new ArrayList<>(new FieldList()
                .add("Path", variable.path())
                .add("Modify index", Long.toString(variable.modifyIndex()))
                .add("Created", TimeFormat.exact(time(variable.createTime())))
                .add("Modified", TimeFormat.exact(time(variable.modifyTime())))
                .lines());
        Map<String, String> shown = new TreeMap<>(variable.items());
        shown.replaceAll((key, value) -> escaped(value));
        lines.add("");
        lines.add("Items");
        lines.addAll(new FieldList().addAll(shown).lines());
        return lines;
    }

    /** Shows a table of keys. */
    static List<String> keys(List<VariableKey> keys) {
        if (keys.isEmpty()) {
            return List.of("No keys");
        }
        return new Table("Key", "State", "Variables")
                .rows(keys, key -> List.of(Long.toString(key.getId()), state(key), Long.toString(key.getVariables())))
                .lines();
    }

    private static String state(VariableKey key) {
        if (key.getMissing()) {
            return "missing";
        }
        return key.getPrimary() ? "primary" : "older";
    }

    private static Timestamp time(Instant moment) {
        return ProtoTimes.toTimestampMillis(moment);
    }

    private static String escaped(String value) {
        StringBuilder shown = new StringBuilder();
        value.codePoints().forEach(character -> {
            if (character == '\n') {
                shown.append("\\n");
            } else if (Character.isISOControl(character)) {
                shown.append("\\u%04x".formatted(character));
            } else {
                shown.appendCodePoint(character);
            }
        });
        return shown.toString();
    }
}
