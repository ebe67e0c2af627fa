package dev.gantry.jobfile;

import dev.gantry.v1.Parameterized;
import dev.gantry.v1.PayloadRule;
import dev.gantry.v1.Periodic;
import java.util.Map;

/** Reads {@code periodic} and {@code parameterized} blocks. */
final class HclSchedules {

    private static final Map<String, PayloadRule> PAYLOAD_RULES = Map.of(
            "optional", PayloadRule.PAYLOAD_RULE_OPTIONAL,
            "required", PayloadRule.PAYLOAD_RULE_REQUIRED,
            "forbidden", PayloadRule.PAYLOAD_RULE_FORBIDDEN);

    private HclSchedules() {}

    static Periodic periodic(Block block) {
        Periodic.Builder periodic = Periodic.newBuilder().addAllCrons(block.texts("crons"));
        block.bool("enabled").ifPresent(enabled -> periodic.setDisabled(!enabled));
        block.text("cron").ifPresent(periodic::setCron);
        block.bool("prohibit_overlap").ifPresent(periodic::setProhibitOverlap);
        block.text("time_zone").ifPresent(periodic::setTimeZone);
        return periodic.build();
    }

    static Parameterized parameterized(Block block) {
        Parameterized.Builder parameterized = Parameterized.newBuilder()
                .addAllMetaRequired(block.texts("meta_required"))
                .addAllMetaOptional(block.texts("meta_optional"));
        block.word("payload", PAYLOAD_RULES).ifPresent(parameterized::setPayload);
        return parameterized.build();
    }
}
