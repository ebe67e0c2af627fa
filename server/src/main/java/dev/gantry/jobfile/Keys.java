package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.HclValue.Bool;
import dev.gantry.jobfile.hcl.HclValue.Numeral;
import dev.gantry.jobfile.hcl.HclValue.Text;
import dev.gantry.jobfile.hcl.TextFaultException;
import dev.gantry.model.Spelling;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The keys that one kind of block may have.
 *
 * @param kind the name of the block in messages
 * @param known the keys that Gantry reads
 * @param later keys of Nomad, 0.8 to 1.10, that Gantry does not support yet. They are refused, not ignored: a job that
 *     relies on one would not run as expected
 */
record Keys(String kind, List<String> known, List<Later> later) {

    /**
     * A key that Gantry does not support yet.
     *
     * @param key the key
     * @param harmless the values that ask for nothing, as they are written: what Gantry does anyway
     */
    record Later(String key, List<String> harmless) {

        static List<Later> of(String... keys) {
            return Stream.of(keys).map(key -> new Later(key, List.of())).toList();
        }

        private boolean isHarmless(HclValue value) {
            return (value instanceof Text text && harmless.contains(text.value()))
                    || (value instanceof Numeral number && harmless.contains(number.literal()))
                    || (value instanceof Bool bool && harmless.contains(String.valueOf(bool.value())));
        }
    }

    /** A key that more kinds of blocks have says nothing about its place. */
    private static final int MOST_PLACES = 3;

    static final Keys JOB = new Keys(
            "job",
            List.of(
                    "id",
                    "name",
                    "type",
                    "priority",
                    "datacenters",
                    "all_at_once",
                    "constraint",
                    "affinity",
                    "spread",
                    "update",
                    "migrate",
                    "reschedule",
                    "periodic",
                    "parameterized",
                    "meta",
                    "group",
                    "task"),
            List.of(
                    new Later("namespace", List.of("default")),
                    new Later("region", List.of("global")),
                    new Later("node_pool", List.of("default")),
                    new Later("consul", List.of()),
                    new Later("consul_token", List.of("")),
                    new Later("multiregion", List.of()),
                    new Later("ui", List.of()),
                    new Later("vault", List.of()),
                    new Later("vault_token", List.of(""))));

    static final Keys GROUP = new Keys(
            "group",
            List.of(
                    "count",
                    "constraint",
                    "affinity",
                    "spread",
                    "update",
                    "migrate",
                    "restart",
                    "reschedule",
                    "ephemeral_disk",
                    "meta",
                    "network",
                    "service",
                    "shutdown_delay",
                    "task"),
            List.of(
                    new Later("prevent_reschedule_on_lost", List.of("false")),
                    new Later("consul", List.of()),
                    new Later("disconnect", List.of()),
                    new Later("max_client_disconnect", List.of()),
                    new Later("max_run_duration", List.of()),
                    new Later("scaling", List.of()),
                    new Later("stop_after_client_disconnect", List.of()),
                    new Later("vault", List.of()),
                    new Later("volume", List.of())));

    static final Keys EPHEMERAL_DISK = new Keys("ephemeral_disk", List.of("size", "sticky", "migrate"), List.of());

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
                    "leader",
                    "shutdown_delay",
                    "lifecycle",
                    "restart",
                    "dispatch_payload",
                    "logs",
                    "artifact",
                    "template"),
            Later.of(
                    "action",
                    "consul",
                    "csi_plugin",
                    "identity",
                    "kind",
                    "scaling",
                    "schedule",
                    "secret",
                    "vault",
                    "volume_mount"));

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
                    "canary",
                    "stagger"),
            List.of());

    static final Keys MIGRATE = new Keys(
            "migrate", List.of("max_parallel", "health_check", "min_healthy_time", "healthy_deadline"), List.of());

    static final Keys RESTART =
            new Keys("restart", List.of("attempts", "interval", "delay", "mode", "render_templates"), List.of());

    static final Keys RESCHEDULE = new Keys(
            "reschedule",
            List.of("attempts", "interval", "delay", "delay_function", "max_delay", "unlimited"),
            List.of());

    static final Keys PERIODIC =
            new Keys("periodic", List.of("enabled", "cron", "crons", "prohibit_overlap", "time_zone"), List.of());

    static final Keys PARAMETERIZED =
            new Keys("parameterized", List.of("payload", "meta_required", "meta_optional"), List.of());

    static final Keys LOGS =
            new Keys("logs", List.of("max_files", "max_file_size", "disabled"), Later.of("destination"));

    /** {@code options} and {@code headers} have free keys. */
    static final Keys ARTIFACT = new Keys(
            "artifact",
            List.of("source", "destination", "mode", "options", "headers", "chown"),
            List.of(new Later("insecure", List.of("false"))));

    static final Keys LIFECYCLE = new Keys("lifecycle", List.of("hook", "sidecar"), List.of());

    static final Keys TEMPLATE = new Keys(
            "template",
            List.of(
                    "data",
                    "source",
                    "destination",
                    "perms",
                    "uid",
                    "gid",
                    "env",
                    "change_mode",
                    "change_signal",
                    "splay",
                    "left_delimiter",
                    "right_delimiter",
                    "error_on_missing_key",
                    "vault_grace"),
            List.of(
                    new Later("change_script", List.of()),
                    new Later("once", List.of("false")),
                    new Later("wait", List.of())));

    static final Keys DISPATCH_PAYLOAD = new Keys("dispatch_payload", List.of("file"), List.of());

    static final Keys RESOURCES = new Keys(
            "resources",
            List.of("cpu", "memory", "network"),
            List.of(
                    new Later("cores", List.of("0")),
                    new Later("device", List.of()),
                    new Later("disk", List.of("0")),
                    new Later("iops", List.of("0")),
                    new Later("memory_max", List.of("0")),
                    new Later("numa", List.of()),
                    new Later("secrets", List.of("0"))));

    static final Keys NETWORK = new Keys(
            "network",
            List.of("mbits", "port"),
            List.of(
                    new Later("mode", List.of("host")),
                    new Later("hostname", List.of("")),
                    new Later("cni", List.of()),
                    new Later("dns", List.of())));

    static final Keys PORT = new Keys(
            "port",
            List.of("static", "to"),
            List.of(new Later("host_network", List.of("default")), new Later("ignore_collision", List.of("false"))));

    static final Keys SERVICE = new Keys(
            "service",
            List.of("name", "port", "tags", "canary_tags", "check", "check_restart"),
            List.of(
                    new Later("address_mode", List.of("", "auto", "host")),
                    new Later("enable_tag_override", List.of("false")),
                    new Later("on_update", List.of("require_healthy")),
                    new Later("provider", List.of("nomad")),
                    new Later("cluster", List.of("default")),
                    new Later("kind", List.of("")),
                    new Later("address", List.of()),
                    new Later("canary_meta", List.of()),
                    new Later("connect", List.of()),
                    new Later("identity", List.of()),
                    new Later("meta", List.of()),
                    new Later("tagged_addresses", List.of()),
                    new Later("weights", List.of())));

    /** A service of a group, which says whose it is. */
    static final Keys GROUP_SERVICE = new Keys("service", joined(SERVICE.known(), "task"), SERVICE.later());

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
                    "initial_status",
                    "protocol",
                    "tls_skip_verify",
                    "header",
                    "grpc_service",
                    "grpc_use_tls",
                    "check_restart"),
            List.of(
                    new Later("address_mode", List.of("", "auto", "host")),
                    new Later("expose", List.of("false")),
                    new Later("failures_before_critical", List.of("0")),
                    new Later("failures_before_warning", List.of("0")),
                    new Later("on_update", List.of("require_healthy")),
                    new Later("success_before_passing", List.of("0")),
                    new Later("advertise", List.of("")),
                    new Later("body", List.of("")),
                    new Later("notes", List.of("")),
                    new Later("task", List.of()),
                    new Later("tls_server_name", List.of(""))));

    static final Keys CHECK_RESTART =
            new Keys("check_restart", List.of("limit", "grace", "ignore_warnings"), List.of());

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
            MIGRATE,
            RESTART,
            RESCHEDULE,
            EPHEMERAL_DISK,
            PERIODIC,
            PARAMETERIZED,
            LIFECYCLE,
            LOGS,
            ARTIFACT,
            DISPATCH_PAYLOAD,
            TEMPLATE,
            RESOURCES,
            NETWORK,
            PORT,
            SERVICE,
            GROUP_SERVICE,
            CHECK,
            CHECK_RESTART,
            CONSTRAINT,
            AFFINITY,
            SPREAD,
            TARGET);

    /** Refuses a key that this kind of block does not have, and a value that asks for what Gantry can't do yet. */
    void check(HclItem item) {
        HclName key = item.name();
        if (known.contains(key.text())) {
            return;
        }
        for (Later one : later) {
            if (one.key().equals(key.text())) {
                check(item, one);
                return;
            }
        }
        throw new TextFaultException(key.position(), unknown(key.text()));
    }

    private void check(HclItem item, Later later) {
        if (!later.isHarmless(item.value())) {
            String remedy = later.harmless().stream()
                    .map(value -> ", or set it to " + Excerpt.quoted(value))
                    .collect(Collectors.joining());
            throw new TextFaultException(
                    item.name().position(),
                    "%s is not supported yet in %s block: take it out%s"
                            .formatted(later.key(), Excerpt.a(kind), remedy));
        }
    }

    private static List<String> withComparisons(String... others) {
        return joined(COMPARISONS, others);
    }

    private static List<String> joined(List<String> some, String... others) {
        return Stream.concat(Stream.of(others), some.stream()).toList();
    }

    private String unknown(String key) {
        return "unknown key %s in %s block: %s".formatted(Excerpt.quoted(key), Excerpt.a(kind), hint(key));
    }

    /** Names the blocks that have the key, since files are moved from other versions of Nomad; else a key like it. */
    private String hint(String key) {
        List<String> places = ALL.stream()
                .filter(keys -> keys.known().contains(key))
                .map(Keys::kind)
                .distinct()
                .limit(MOST_PLACES + 1L)
                .toList();
        if (places.isEmpty() || places.size() > MOST_PLACES || !ALL.contains(this)) {
            return Spelling.hint(key, known);
        }
        String since = key.equals(NETWORK.kind()) || key.equals(SERVICE.kind()) ? " (a group since Nomad 0.12)" : "";
        return "it belongs in " + Excerpt.a(String.join(" or ", places)) + " block" + since;
    }
}
