package dev.gantry.cli.jobfile;

import dev.gantry.cli.jobfile.hcl.Excerpt;
import dev.gantry.cli.jobfile.hcl.HclName;
import dev.gantry.cli.jobfile.hcl.TextFaultException;
import dev.gantry.model.Spelling;
import java.util.List;
import java.util.stream.Stream;

/**
 * The keys that one kind of block may have.
 *
 * @param kind the name of the block in messages
 * @param known the keys that Gantry reads
 * @param later keys of Nomad 0.8 that Gantry does not support yet. They are refused, not ignored: a job that relies on
 *     one would not run as expected
 */
record Keys(String kind, List<String> known, List<String> later) {

    static final Keys JOB = new Keys(
            "job",
            List.of(
                    "id",
                    "name",
                    "type",
                    "priority",
                    "datacenters",
                    "constraint",
                    "affinity",
                    "spread",
                    "update",
                    "reschedule",
                    "periodic",
                    "parameterized",
                    "meta",
                    "group",
                    "task"),
            List.of("all_at_once", "migrate", "namespace", "region", "vault", "vault_token"));

    static final Keys GROUP = new Keys(
            "group",
            List.of("count", "constraint", "affinity", "spread", "update", "restart", "reschedule", "meta", "task"),
            List.of("ephemeral_disk", "migrate", "vault"));

    static final Keys TASK = new Keys(
            "task",
            List.of(
                    "driver",
                    "config",
                    "env",
                    "user",
                    "constraint",
                    "affinity",
                    "meta",
                    "resources",
                    "service",
                    "kill_timeout",
                    "kill_signal",
                    "lifecycle",
                    "dispatch_payload",
                    "logs"),
            List.of("artifact", "leader", "shutdown_delay", "template", "vault"));

    static final Keys UPDATE = new Keys(
            "update",
            List.of(
                    "max_parallel",
                    "health_check",
                    "min_healthy_time",
                    "healthy_deadline",
                    "progress_deadline",
                    "auto_revert",
                    "auto_promote",
                    "canary"),
            List.of("stagger"));

    static final Keys RESTART = new Keys("restart", List.of("attempts", "interval", "delay", "mode"), List.of());

    static final Keys RESCHEDULE = new Keys(
            "reschedule",
            List.of("attempts", "interval", "delay", "delay_function", "max_delay", "unlimited"),
            List.of());

    static final Keys PERIODIC =
            new Keys("periodic", List.of("cron", "crons", "prohibit_overlap", "time_zone"), List.of("enabled"));

    static final Keys PARAMETERIZED =
            new Keys("parameterized", List.of("payload", "meta_required", "meta_optional"), List.of());

    static final Keys LOGS =
            new Keys("logs", List.of("max_files", "max_file_size", "disabled"), List.of("destination"));

    static final Keys LIFECYCLE = new Keys("lifecycle", List.of("hook", "sidecar"), List.of());

    static final Keys DISPATCH_PAYLOAD = new Keys("dispatch_payload", List.of("file"), List.of());

    static final Keys RESOURCES =
            new Keys("resources", List.of("cpu", "memory", "network"), List.of("device", "disk", "iops"));

    static final Keys NETWORK = new Keys("network", List.of("mbits", "port"), List.of());

    static final Keys PORT = new Keys("port", List.of("static"), List.of());

    static final Keys SERVICE = new Keys(
            "service",
            List.of("name", "port", "tags", "check", "check_restart"),
            List.of("address_mode", "canary_tags"));

    static final Keys CHECK = new Keys(
            "check",
            List.of(
                    "name",
                    "type",
                    "path",
                    "method",
                    "port",
                    "command",
                    "args",
                    "interval",
                    "timeout",
                    "check_restart"),
            List.of(
                    "address_mode",
                    "grpc_service",
                    "grpc_use_tls",
                    "header",
                    "initial_status",
                    "protocol",
                    "tls_skip_verify"));

    static final Keys CHECK_RESTART = new Keys("check_restart", List.of("limit", "grace"), List.of("ignore_warnings"));

    /** Operators with a key of their own that compare a property of one node. */
    static final List<String> COMPARISONS =
            List.of("version", "semver", "regexp", "set_contains", "set_contains_all", "set_contains_any");

    static final Keys CONSTRAINT = new Keys(
            "constraint",
            withComparisons("attribute", "operator", "value", "distinct_hosts", "distinct_property"),
            List.of());

    static final Keys AFFINITY =
            new Keys("affinity", withComparisons("attribute", "operator", "value", "weight"), List.of());

    static final Keys SPREAD = new Keys("spread", List.of("attribute", "weight", "target"), List.of());

    static final Keys TARGET = new Keys("target", List.of("percent"), List.of());

    /** All kinds of blocks. */
    static final List<Keys> ALL = List.of(
            JOB,
            GROUP,
            TASK,
            UPDATE,
            RESTART,
            RESCHEDULE,
            PERIODIC,
            PARAMETERIZED,
            LIFECYCLE,
            LOGS,
            DISPATCH_PAYLOAD,
            RESOURCES,
            NETWORK,
            PORT,
            SERVICE,
            CHECK,
            CHECK_RESTART,
            CONSTRAINT,
            AFFINITY,
            SPREAD,
            TARGET);

    /** Refuses a key that this kind of block does not have. */
    void check(HclName key) {
        if (known.contains(key.text())) {
            return;
        }
        if (later.contains(key.text())) {
            throw new TextFaultException(
                    key.position(), "%s is not supported yet in a %s block: take it out".formatted(key.text(), kind));
        }
        throw new TextFaultException(key.position(), unknown(key.text()));
    }

    private static List<String> withComparisons(String... others) {
        return Stream.concat(Stream.of(others), COMPARISONS.stream()).toList();
    }

    private String unknown(String key) {
        return "unknown key %s in a %s block: %s".formatted(Excerpt.quoted(key), kind, Spelling.hint(key, known));
    }
}
