package dev.gantry.model;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;

/**
 * Visits the texts in a task's {@code config}. A place is the path of a text as {@link FieldPath} writes it, such as
 * {@code args[0]}.
 */
public final class ConfigTexts {

    /** The arguments, and the credentials for the server of the image. A block may be written as a list of one block. */
    private static final Pattern OF_VARIABLES =
            Pattern.compile("args\\[[0-9]+]|auth(\\[[0-9]+])?\\.(username|password)");

    private ConfigTexts() {}

    /**
     * Decides whether a text may refer to variables (<code>${var.PATH.KEY}</code>). Values of variables in other texts
     * would get into errors and records of the node.
     *
     * @param place the place of the text
     * @return true for the arguments and the credentials
     */
    public static boolean mayReferToVariables(String place) {
        return OF_VARIABLES.matcher(place).matches();
    }

    /**
     * Visits all texts. Blocks are visited in the order of their keys, since a message does not keep the order in which
     * they are written.
     *
     * @param config the config
     * @param visitor gets the place and the text
     */
    public static void forEach(Struct config, BiConsumer<String, String> visitor) {
        forEach("", config, visitor);
    }

    private static void forEach(String path, Struct block, BiConsumer<String, String> visitor) {
        new TreeMap<>(block.getFieldsMap())
                .forEach((key, value) -> forEach(FieldPath.entry(path, key), value, visitor));
    }

    private static void forEach(String path, Value value, BiConsumer<String, String> visitor) {
        switch (value.getKindCase()) {
            case STRING_VALUE -> visitor.accept(path, value.getStringValue());
            case LIST_VALUE -> {
                List<Value> list = value.getListValue().getValuesList();
                for (int i = 0; i < list.size(); i++) {
                    forEach(FieldPath.element(path, i), list.get(i), visitor);
                }
            }
            case STRUCT_VALUE -> forEach(path, value.getStructValue(), visitor);
            case NULL_VALUE, NUMBER_VALUE, BOOL_VALUE, KIND_NOT_SET -> {}
        }
    }

    /**
     * Replaces all texts. Keys stay as they are.
     *
     * @param config the config
     * @param replacement gets the place and the text, and returns the text to put there
     * @return the config with the replaced texts
     */
    public static Struct replace(Struct config, BinaryOperator<String> replacement) {
        return replace("", config, replacement);
    }

    private static Struct replace(String path, Struct block, BinaryOperator<String> replacement) {
        Struct.Builder replaced = Struct.newBuilder();
        block.getFieldsMap()
                .forEach((key, value) ->
                        replaced.putFields(key, replace(FieldPath.entry(path, key), value, replacement)));
        return replaced.build();
    }

    private static Value replace(String path, Value value, BinaryOperator<String> replacement) {
        Value.Builder replaced = Value.newBuilder();
        return switch (value.getKindCase()) {
            case STRING_VALUE ->
                replaced.setStringValue(replacement.apply(path, value.getStringValue()))
                        .build();
            case LIST_VALUE ->
                replaced.setListValue(replace(path, value.getListValue(), replacement))
                        .build();
            case STRUCT_VALUE ->
                replaced.setStructValue(replace(path, value.getStructValue(), replacement))
                        .build();
            case NULL_VALUE, NUMBER_VALUE, BOOL_VALUE, KIND_NOT_SET -> value;
        };
    }

    private static ListValue replace(String path, ListValue list, BinaryOperator<String> replacement) {
        ListValue.Builder replaced = ListValue.newBuilder();
        for (int i = 0; i < list.getValuesCount(); i++) {
            replaced.addValues(replace(FieldPath.element(path, i), list.getValues(i), replacement));
        }
        return replaced.build();
    }
}
