package dev.gantry.rkt;

import com.google.gson.FormattingStyle;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;

/** JSON text as rkt writes it. */
public final class Json {

    private static final Gson COMPACT =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();
    private static final Gson PRETTY = new GsonBuilder()
            .disableHtmlEscaping()
            .serializeNulls()
            .setFormattingStyle(FormattingStyle.PRETTY.withIndent("\t"))
            .create();

    private Json() {}

    /**
     * Writes JSON in one line.
     *
     * @param json what to write
     * @return the text, without line breaks
     */
    public static String compact(JsonElement json) {
        return COMPACT.toJson(json);
    }

    /**
     * Writes JSON for people.
     *
     * @param json what to write
     * @return the text, indented with tabs
     */
    public static String pretty(JsonElement json) {
        return PRETTY.toJson(json);
    }
}
