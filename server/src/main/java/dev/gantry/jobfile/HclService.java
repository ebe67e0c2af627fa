package dev.gantry.jobfile;

import dev.gantry.v1.Check;
import dev.gantry.v1.CheckRestart;
import dev.gantry.v1.CheckType;
import dev.gantry.v1.Service;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code service} blocks and their checks.
 *
 * <p>As in Nomad, a {@code check_restart} of the service holds for each of its checks that has none of its own.
 */
final class HclService {

    private static final Map<String, CheckType> TYPES = Map.of(
            "tcp", CheckType.CHECK_TYPE_TCP,
            "http", CheckType.CHECK_TYPE_HTTP,
            "script", CheckType.CHECK_TYPE_SCRIPT);

    private HclService() {}

    static Service read(Block block) {
        Service.Builder service = Service.newBuilder().addAllTags(block.texts("tags"));
        block.text("name").ifPresent(service::setName);
        block.text("port").ifPresent(service::setPort);
        Optional<CheckRestart> restart = block.single(Keys.CHECK_RESTART).map(HclService::restart);
        block.unnamed(Keys.CHECK).forEach(check -> service.addChecks(check(check, restart)));
        return service.build();
    }

    private static Check check(Block block, Optional<CheckRestart> ofService) {
        Check.Builder check = Check.newBuilder().addAllArgs(block.texts("args"));
        block.text("name").ifPresent(check::setName);
        block.word("type", TYPES).ifPresent(check::setType);
        block.text("path").ifPresent(check::setPath);
        block.text("method").ifPresent(check::setMethod);
        block.text("port").ifPresent(check::setPort);
        block.text("command").ifPresent(check::setCommand);
        block.duration("interval").ifPresent(check::setInterval);
        block.duration("timeout").ifPresent(check::setTimeout);
        block.single(Keys.CHECK_RESTART)
                .map(HclService::restart)
                .or(() -> ofService)
                .ifPresent(check::setCheckRestart);
        return check.build();
    }

    private static CheckRestart restart(Block block) {
        CheckRestart.Builder restart = CheckRestart.newBuilder();
        block.integer("limit", 1, Integer.MAX_VALUE).ifPresent(restart::setLimit);
        block.duration("grace").ifPresent(restart::setGrace);
        return restart.build();
    }
}
