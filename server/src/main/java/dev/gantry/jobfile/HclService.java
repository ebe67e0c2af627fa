package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.v1.Check;
import dev.gantry.v1.CheckHeader;
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
            "script", CheckType.CHECK_TYPE_SCRIPT,
            "grpc", CheckType.CHECK_TYPE_GRPC);
    /** Each initial status of Nomad, and whether the check passes then. */
    private static final Map<String, Boolean> INITIAL_STATUSES =
            Map.of("passing", true, "warning", false, "critical", false, "", false);

    private HclService() {}

    static Service read(Block block) {
        Service.Builder service =
                Service.newBuilder().addAllTags(block.texts("tags")).addAllCanaryTags(block.texts("canary_tags"));
        block.text("name").ifPresent(service::setName);
        block.text("port").ifPresent(service::setPort);
        Optional<CheckRestart> restart = block.single(Keys.CHECK_RESTART).map(HclService::restart);
        block.unnamed(Keys.CHECK).forEach(check -> service.addChecks(check(check, restart)));
        return service.build();
    }

    private static Check check(Block block, Optional<CheckRestart> ofService) {
        Check.Builder check = Check.newBuilder()
                .addAllArgs(block.texts("args"))
                .addAllHeaders(block.joined("header").stream()
                        .flatMap(item -> block.faults().attempt(() -> header(item)).stream())
                        .toList());
        block.text("name").ifPresent(check::setName);
        block.word("type", TYPES).ifPresent(check::setType);
        block.text("path").ifPresent(check::setPath);
        block.text("method").ifPresent(check::setMethod);
        block.text("port").ifPresent(check::setPort);
        block.text("command").ifPresent(check::setCommand);
        block.duration("interval").ifPresent(check::setInterval);
        block.duration("timeout").ifPresent(check::setTimeout);
        block.word("initial_status", INITIAL_STATUSES).ifPresent(check::setPassesInitially);
        block.text("protocol").ifPresent(check::setProtocol);
        block.bool("tls_skip_verify").ifPresent(check::setTlsSkipVerify);
        block.text("grpc_service").ifPresent(check::setGrpcService);
        block.bool("grpc_use_tls").ifPresent(check::setGrpcUseTls);
        block.single(Keys.CHECK_RESTART)
                .map(HclService::restart)
                .or(() -> ofService)
                .ifPresent(check::setCheckRestart);
        return check.build();
    }

    private static CheckHeader header(HclItem item) {
        String name = item.name().text();
        if (!item.labels().isEmpty()) {
            throw new TextFaultException(
                    item.position(), "%s in header is no block: write %1$s = [\"…\"]".formatted(name));
        }
        CheckHeader.Builder header = CheckHeader.newBuilder().setName(name);
        return (item.value() instanceof HclValue.Sequence
                        ? header.addAllValues(Values.texts(name, item.value()))
                        : header.addValues(Values.text(name, item.value())))
                .build();
    }

    private static CheckRestart restart(Block block) {
        CheckRestart.Builder restart = CheckRestart.newBuilder();
        block.integer("limit", 1, Integer.MAX_VALUE).ifPresent(restart::setLimit);
        block.duration("grace").ifPresent(restart::setGrace);
        block.bool("ignore_warnings").ifPresent(restart::setIgnoreWarnings);
        return restart.build();
    }
}
