package dev.gantry.jobfile;

import dev.gantry.v1.Template;
import dev.gantry.v1.TemplateChangeMode;
import java.util.Map;
import java.util.OptionalInt;

/** Reads {@code template} blocks. */
final class HclTemplate {

    private static final Map<String, TemplateChangeMode> CHANGE_MODES = Map.of(
            "restart", TemplateChangeMode.TEMPLATE_CHANGE_MODE_RESTART,
            "signal", TemplateChangeMode.TEMPLATE_CHANGE_MODE_SIGNAL,
            "noop", TemplateChangeMode.TEMPLATE_CHANGE_MODE_NOOP);

    private HclTemplate() {}

    static Template read(Block block) {
        Template.Builder template = Template.newBuilder();
        block.text("data").ifPresent(template::setData);
        block.text("source").ifPresent(template::setSource);
        block.text("destination").ifPresent(template::setDestination);
        block.text("perms").ifPresent(template::setPerms);
        owner(block, "uid").ifPresent(template::setUid);
        owner(block, "gid").ifPresent(template::setGid);
        block.bool("env").ifPresent(template::setEnv);
        block.word("change_mode", CHANGE_MODES).ifPresent(template::setChangeMode);
        block.text("change_signal").ifPresent(template::setChangeSignal);
        block.duration("splay").ifPresent(template::setSplay);
        block.text("left_delimiter").ifPresent(template::setLeftDelimiter);
        block.text("right_delimiter").ifPresent(template::setRightDelimiter);
        block.bool("error_on_missing_key").ifPresent(template::setErrorOnMissingKey);
        // Nomad ignores it too, since 0.9.
        block.duration("vault_grace");
        return template.build();
    }

    /** Reads the number of a user or a group; -1 means "not set" in Nomad. */
    private static OptionalInt owner(Block block, String key) {
        OptionalInt number = block.integer(key, -1, Integer.MAX_VALUE);
        return number.isPresent() && number.getAsInt() < 0 ? OptionalInt.empty() : number;
    }
}
