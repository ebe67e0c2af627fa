package dev.gantry.node.environment;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces each <code>${name}</code> in a text by the value of the name.
 *
 * <p>As in Nomad, an unknown name stays as it was written, since arguments may be meant for a shell. Values are not
 * interpolated again.
 */
final class TaskInterpolation {

    private static final Pattern NAME = Pattern.compile("\\$\\{(var\\.[a-zA-Z0-9_.~/-]+|[a-zA-Z0-9_.-]+)}");

    private final Function<String, Optional<String>> names;

    /** Creates an interpolation that gets the values of names from a function. */
    TaskInterpolation(Function<String, Optional<String>> names) {
        this.names = names;
    }

    String apply(String text) {
        return NAME.matcher(text).replaceAll(match -> Matcher.quoteReplacement(valueOf(match)));
    }

    /** Replaces names in all strings of a block and of the blocks in it, but not in keys. */
    Struct apply(Struct block) {
        Struct.Builder replaced = Struct.newBuilder();
        block.getFieldsMap().forEach((key, value) -> replaced.putFields(key, apply(value)));
        return replaced.build();
    }

    /** Replaces names in a text, or in all texts of a list or a block. */
    Value apply(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE ->
                Value.newBuilder().setStringValue(apply(value.getStringValue())).build();
            case LIST_VALUE ->
                Value.newBuilder().setListValue(apply(value.getListValue())).build();
            case STRUCT_VALUE ->
                Value.newBuilder().setStructValue(apply(value.getStructValue())).build();
            case NULL_VALUE, NUMBER_VALUE, BOOL_VALUE, KIND_NOT_SET -> value;
        };
    }

    private ListValue apply(ListValue list) {
        ListValue.Builder replaced = ListValue.newBuilder();
        list.getValuesList().forEach(value -> replaced.addValues(apply(value)));
        return replaced.build();
    }

    private String valueOf(MatchResult match) {
        return names.apply(match.group(1)).orElse(match.group());
    }
}
