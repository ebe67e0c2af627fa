package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.UnauthenticatedException;
import dev.gantry.client.UnavailableException;
import dev.gantry.v1.GetStatusResponse;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gantry status}: shows the cluster's status. */
@Command(
        name = "status",
        description = {
            "Shows the cluster's status.",
            "",
            "With --wait: ends with 0 once a server answers and --nodes nodes are ready, with 1 if that takes too long.",
            ""
        })
final class StatusCommand extends ClientCommand {

    private static final Duration PAUSE = Duration.ofMillis(200);

    /** How many calls in a row a server may refuse that has just begun to listen. */
    private static final int MOST_REFUSALS = 10;

    @Mixin
    private JsonOption json;

    @Option(
            names = "--wait",
            paramLabel = "DURATION",
            description = "For how long to wait until a server answers and a node is ready; 0: for ever. Default: does"
                    + " not wait.")
    private Duration wait;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "1",
            description = "With --wait: how many nodes must be ready. Default: ${DEFAULT-VALUE}.")
    private int nodes;

    StatusCommand(CliContext context, ServerOption outer) {
        super(context, outer);
    }

    @Override
    int run(GantryClient client) {
        GetStatusResponse status = wait == null ? client.status() : awaitReady();
        json.print(context(), status, () -> lines(status));
        return GantryCli.DONE;
    }

    /**
     * Polls the status: a server that is not up yet can't be watched. Makes a client for each call, since a server leaves its
     * tokens and its CA for this user only once it listens.
     */
    private GetStatusResponse awaitReady() {
        int refusals = 0;
        long begun = context().nanoTime().getAsLong();
        while (true) {
            boolean isLast = !wait.isZero()
                    && Duration.ofNanos(context().nanoTime().getAsLong() - begun)
                                    .compareTo(wait)
                            >= 0;
            try (GantryClient client = connect()) {
                GetStatusResponse status = client.status();
                refusals = 0;
                if (status.getNodesReady() >= nodes) {
                    return status;
                }
                if (isLast) {
                    throw new CommandFailedException("%s after %d s. Start one with: gantry node"
                            .formatted(ready(status.getNodesReady()), wait.toSeconds()));
                }
            } catch (UnauthenticatedException | UnavailableException e) {
                boolean isRefused = !(e instanceof UnavailableException absent) || absent.isServerReached();
                refusals = isRefused ? refusals + 1 : 0;
                if (isLast || refusals > MOST_REFUSALS) {
                    throw e;
                }
            }
            Pause.of(PAUSE);
        }
    }

    private String ready(int found) {
        return nodes == 1 ? "no node is ready" : "%d of %d nodes are ready".formatted(found, nodes);
    }

    private static List<String> lines(GetStatusResponse status) {
        return new FieldList()
                .add("Version", status.getVersion())
                .add("Index", Long.toString(status.getIndex()))
                .addKnown("Cluster", status.getClusterId())
                .add("Nodes", status.getNodesReady() + " ready, " + status.getNodesDown() + " down" + refusing(status))
                .add("Jobs", Long.toString(status.getJobs()))
                .add("Allocations", status.getAllocationsLive() + " live")
                .add("Evaluations", status.getEvaluationsBlocked() + " blocked")
                .addKnown("Access", status.getInsecure() ? "open to every user of this machine (--insecure)" : "")
                .addKnown("Audit", audit(status))
                .lines();
    }

    private static String audit(GetStatusResponse status) {
        String state = switch (status.getAuditState()) {
            case AUDIT_STATE_OFF -> "off";
            case AUDIT_STATE_RECORDING -> "on";
            case AUDIT_STATE_FAILING -> "failing, the server's log says why";
            case AUDIT_STATE_UNSPECIFIED, UNRECOGNIZED -> "";
        };
        return status.getAuditLinesLost() == 0
                ? state
                : "%s; %d lines lost".formatted(state, status.getAuditLinesLost());
    }

    private static String refusing(GetStatusResponse status) {
        return status.getNodesRefusing() == 0 ? "" : ", %d refuse this server".formatted(status.getNodesRefusing());
    }
}
