package dev.gantry.cli.jobfile;

import dev.gantry.cli.jobfile.hcl.Excerpt;
import dev.gantry.cli.jobfile.hcl.HclName;
import dev.gantry.cli.jobfile.hcl.TextFaultException;
import dev.gantry.model.Spelling;
import java.util.List;

/**
 * The keys that one kind of block may have.
 *
 * @param kind how messages call the block
 * @param known what Gantry reads
 * @param later what Nomad 0.8 reads and Gantry does not have yet; said so rather than passed over, since a job that
 *     relies on it would not run as its owner expects
 */
record Keys(String kind, List<String> known, List<String> later) {

    static final Keys JOB = new Keys(
            "job",
            List.of("id", "name", "type", "priority", "datacenters", "constraint", "meta", "group", "task"),
            List.of(
                    "all_at_once",
                    "affinity",
                    "migrate",
                    "namespace",
                    "parameterized",
                    "periodic",
                    "region",
                    "reschedule",
                    "spread",
                    "update",
                    "vault",
                    "vault_token"));

    static final Keys GROUP = new Keys(
            "group",
            List.of("count", "constraint", "meta", "task"),
            List.of("affinity", "ephemeral_disk", "migrate", "reschedule", "restart", "spread", "update", "vault"));

    static final Keys TASK = new Keys(
            "task",
            List.of("driver", "config", "env", "user", "constraint", "meta", "resources", "service"),
            List.of(
                    "affinity",
                    "artifact",
                    "dispatch_payload",
                    "kill_signal",
                    "kill_timeout",
                    "leader",
                    "logs",
                    "shutdown_delay",
                    "template",
                    "vault"));

    static final Keys RESOURCES =
            new Keys("resources", List.of("cpu", "memory", "network"), List.of("device", "disk", "iops"));

    static final Keys NETWORK = new Keys("network", List.of("mbits", "port"), List.of());

    static final Keys PORT = new Keys("port", List.of("static"), List.of());

    static final Keys SERVICE = new Keys(
            "service",
            List.of("name", "port", "tags"),
            List.of("address_mode", "canary_tags", "check", "check_restart"));

    static final Keys CONSTRAINT = new Keys(
            "constraint",
            List.of(
                    "attribute",
                    "operator",
                    "value",
                    "version",
                    "regexp",
                    "set_contains",
                    "distinct_hosts",
                    "distinct_property"),
            List.of());

    /** Refuses a key that no such block has. */
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

    private String unknown(String key) {
        return "unknown key %s in a %s block: %s".formatted(Excerpt.quoted(key), kind, Spelling.hint(key, known));
    }
}
