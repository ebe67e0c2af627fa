package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.Excerpt;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.HclItem;
import dev.gantry.jobfile.hcl.HclName;
import dev.gantry.jobfile.hcl.HclValue;
import dev.gantry.jobfile.hcl.HclValue.Body;
import dev.gantry.jobfile.hcl.HclValue.Bool;
import dev.gantry.jobfile.hcl.HclValue.Numeral;
import dev.gantry.jobfile.hcl.HclValue.Sequence;
import dev.gantry.jobfile.hcl.HclValue.Text;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Translates a job of Nomad's API to the tree of a job file, so that the same keys are read and refused with the same
 * reasons.
 *
 * <p>Nomad writes out all fields of a job. So what is null, empty, 0 or false where that is Nomad's "not set" is left out;
 * anything else that Gantry does not know is refused.
 */
final class NomadJob {

    /** How a field becomes a key. */
    private enum Kind {
        /** The value as it is. */
        VALUE,
        /** A number, of which 0 means "not set". */
        POSITIVE,
        /** A number of nanoseconds, of which 0 means "not set". */
        DURATION,
        /** A number of nanoseconds, of which 0 is a time like any other. */
        ANY_DURATION,
        /** An object that is a block. */
        BLOCK,
        /** A list of objects that are blocks. */
        BLOCKS,
        /** An object with keys of its own. */
        FREE,
        /** The server sets the field, so a submission ignores it. */
        IGNORED
    }

    /** A field: its key in job files, and for blocks what is in them. */
    private record Field(Kind kind, String key, Shape inner) {}

    /** The fields of an object. */
    private static final class Shape {

        private final Map<String, Field> fields = new HashMap<>();

        /** The field that is the label of the block; empty if it has none. */
        private final String label;

        Shape(String label) {
            this.label = label;
        }

        /** Adds fields, as NAME key. */
        Shape with(Kind kind, String... names) {
            for (String name : names) {
                int blank = name.indexOf(' ');
                String field = blank < 0 ? name : name.substring(0, blank);
                fields.put(field, new Field(kind, name.substring(blank + 1), null));
            }
            return this;
        }

        Shape with(Kind kind, String name, String key, Shape inner) {
            fields.put(name, new Field(kind, key, inner));
            return this;
        }
    }

    private static final Shape CONSTRAINT =
            new Shape("").with(Kind.VALUE, "LTarget attribute", "RTarget value", "Operand operator");

    private static final Shape AFFINITY =
            new Shape("").with(Kind.VALUE, "LTarget attribute", "RTarget value", "Operand operator", "Weight weight");

    private static final Shape SPREAD = new Shape("")
            .with(Kind.VALUE, "Attribute attribute")
            .with(Kind.POSITIVE, "Weight weight")
            .with(Kind.BLOCKS, "SpreadTarget", "target", new Shape("Value").with(Kind.VALUE, "Percent percent"));

    private static final Shape UPDATE =
            update().with(Kind.ANY_DURATION, "MinHealthyTime min_healthy_time", "ProgressDeadline progress_deadline");

    /** Nomad's server keeps only MaxParallel and Stagger of a job, and has 0 for what went to the groups. */
    private static final Shape UPDATE_OF_JOB =
            update().with(Kind.DURATION, "MinHealthyTime min_healthy_time", "ProgressDeadline progress_deadline");

    private static Shape update() {
        return new Shape("")
                .with(Kind.VALUE, "MaxParallel max_parallel", "HealthCheck health_check")
                .with(Kind.POSITIVE, "Canary canary", "AutoRevert auto_revert", "AutoPromote auto_promote")
                .with(Kind.DURATION, "Stagger stagger", "HealthyDeadline healthy_deadline");
    }

    private static final Shape MIGRATE = new Shape("")
            .with(Kind.VALUE, "MaxParallel max_parallel", "HealthCheck health_check")
            .with(Kind.ANY_DURATION, "MinHealthyTime min_healthy_time")
            .with(Kind.DURATION, "HealthyDeadline healthy_deadline");

    private static final Shape RESTART = new Shape("")
            .with(Kind.VALUE, "Attempts attempts", "Mode mode")
            .with(Kind.POSITIVE, "RenderTemplates render_templates")
            .with(Kind.ANY_DURATION, "Delay delay")
            .with(Kind.DURATION, "Interval interval");

    private static final Shape RESCHEDULE = new Shape("")
            .with(Kind.VALUE, "Attempts attempts", "DelayFunction delay_function", "Unlimited unlimited")
            .with(Kind.DURATION, "Interval interval", "Delay delay", "MaxDelay max_delay");

    private static final Shape CHECK_RESTART = new Shape("")
            .with(Kind.POSITIVE, "Limit limit", "IgnoreWarnings ignore_warnings")
            .with(Kind.ANY_DURATION, "Grace grace");

    private static final Shape CHECK = new Shape("")
            .with(
                    Kind.VALUE,
                    "Name name",
                    "Type type",
                    "Path path",
                    "Method method",
                    "PortLabel port",
                    "Command command",
                    "Args args",
                    "InitialStatus initial_status",
                    "Protocol protocol",
                    "AddressMode address_mode",
                    "Advertise advertise",
                    "Notes notes",
                    "GRPCService grpc_service")
            .with(Kind.POSITIVE, "TLSSkipVerify tls_skip_verify", "GRPCUseTLS grpc_use_tls")
            .with(Kind.DURATION, "Interval interval", "Timeout timeout")
            .with(Kind.FREE, "Header header")
            .with(Kind.BLOCK, "CheckRestart", "check_restart", CHECK_RESTART)
            .with(Kind.IGNORED, "Id", "Expose", "OnUpdate", "SuccessBeforePassing", "FailuresBeforeCritical");

    private static final Shape SERVICE = new Shape("")
            .with(
                    Kind.VALUE,
                    "Name name",
                    "PortLabel port",
                    "Tags tags",
                    "CanaryTags canary_tags",
                    "AddressMode address_mode",
                    "Provider provider",
                    "Cluster cluster",
                    "Kind kind",
                    "TaskName task")
            .with(Kind.BLOCKS, "Checks", "check", CHECK)
            .with(Kind.BLOCK, "CheckRestart", "check_restart", CHECK_RESTART)
            .with(Kind.IGNORED, "Id", "OnUpdate", "Namespace");

    private static final Shape STATIC_PORT = new Shape("Label")
            .with(Kind.POSITIVE, "Value static", "To to")
            .with(Kind.VALUE, "HostNetwork host_network");

    private static final Shape DYNAMIC_PORT = new Shape("Label")
            .with(Kind.POSITIVE, "To to")
            .with(Kind.VALUE, "HostNetwork host_network")
            .with(Kind.IGNORED, "Value");

    private static final Shape NETWORK = new Shape("")
            .with(Kind.POSITIVE, "MBits mbits")
            .with(Kind.VALUE, "Mode mode", "Hostname hostname")
            .with(Kind.FREE, "DNS dns")
            .with(Kind.BLOCKS, "ReservedPorts", "port", STATIC_PORT)
            .with(Kind.BLOCKS, "DynamicPorts", "port", DYNAMIC_PORT)
            .with(Kind.IGNORED, "Device", "CIDR", "IP");

    private static final Shape RESOURCES = new Shape("")
            .with(Kind.POSITIVE, "CPU cpu", "MemoryMB memory", "DiskMB disk", "IOPS iops")
            .with(Kind.BLOCKS, "Networks", "network", NETWORK)
            .with(Kind.BLOCKS, "Devices", "device", new Shape("Name"));

    private static final Shape TEMPLATE = new Shape("")
            .with(
                    Kind.VALUE,
                    "EmbeddedTmpl data",
                    "SourcePath source",
                    "DestPath destination",
                    "Perms perms",
                    "Uid uid",
                    "Gid gid",
                    "ChangeMode change_mode",
                    "ChangeSignal change_signal",
                    "LeftDelim left_delimiter",
                    "RightDelim right_delimiter")
            .with(Kind.POSITIVE, "Envvars env", "ErrMissingKey error_on_missing_key", "Once once")
            .with(Kind.ANY_DURATION, "Splay splay")
            .with(Kind.FREE, "ChangeScript change_script", "Wait wait")
            .with(Kind.IGNORED, "VaultGrace");

    private static final Shape TASK = new Shape("Name")
            .with(Kind.VALUE, "Driver driver", "User user", "KillSignal kill_signal", "Leader leader")
            .with(Kind.DURATION, "KillTimeout kill_timeout", "ShutdownDelay shutdown_delay")
            .with(Kind.FREE, "Config config", "Env env", "Meta meta", "Vault vault")
            .with(Kind.BLOCKS, "Constraints", "constraint", CONSTRAINT)
            .with(Kind.BLOCKS, "Affinities", "affinity", AFFINITY)
            .with(Kind.BLOCKS, "Services", "service", SERVICE)
            .with(Kind.BLOCK, "Resources", "resources", RESOURCES)
            .with(Kind.BLOCK, "Lifecycle", "lifecycle", new Shape("").with(Kind.VALUE, "Hook hook", "Sidecar sidecar"))
            .with(Kind.BLOCK, "DispatchPayload", "dispatch_payload", new Shape("").with(Kind.VALUE, "File file"))
            .with(
                    Kind.BLOCK,
                    "LogConfig",
                    "logs",
                    new Shape("")
                            .with(Kind.POSITIVE, "MaxFiles max_files", "MaxFileSizeMB max_file_size")
                            .with(Kind.POSITIVE, "Disabled disabled"))
            .with(Kind.BLOCK, "RestartPolicy", "restart", RESTART)
            .with(
                    Kind.BLOCKS,
                    "Artifacts",
                    "artifact",
                    new Shape("")
                            .with(Kind.VALUE, "GetterSource source", "RelativeDest destination", "GetterMode mode")
                            .with(Kind.FREE, "GetterOptions options", "GetterHeaders headers")
                            .with(Kind.POSITIVE, "GetterInsecure insecure", "Chown chown"))
            .with(Kind.BLOCKS, "Templates", "template", TEMPLATE);

    private static final Shape GROUP = new Shape("Name")
            .with(Kind.VALUE, "Count count")
            .with(Kind.DURATION, "ShutdownDelay shutdown_delay")
            .with(Kind.FREE, "Meta meta")
            .with(Kind.BLOCKS, "Constraints", "constraint", CONSTRAINT)
            .with(Kind.BLOCKS, "Affinities", "affinity", AFFINITY)
            .with(Kind.BLOCKS, "Spreads", "spread", SPREAD)
            .with(Kind.BLOCK, "Update", "update", UPDATE)
            .with(Kind.BLOCK, "Migrate", "migrate", MIGRATE)
            .with(Kind.BLOCK, "RestartPolicy", "restart", RESTART)
            .with(Kind.BLOCK, "ReschedulePolicy", "reschedule", RESCHEDULE)
            .with(Kind.BLOCKS, "Networks", "network", NETWORK)
            .with(Kind.BLOCKS, "Services", "service", SERVICE)
            .with(Kind.BLOCKS, "Tasks", "task", TASK)
            .with(
                    Kind.BLOCK,
                    "EphemeralDisk",
                    "ephemeral_disk",
                    new Shape("").with(Kind.POSITIVE, "SizeMB size", "Sticky sticky", "Migrate migrate"));

    private static final Shape JOB = new Shape("ID")
            .with(
                    Kind.VALUE,
                    "Name name",
                    "Type type",
                    "Datacenters datacenters",
                    "Region region",
                    "Namespace namespace",
                    "NodePool node_pool",
                    "VaultToken vault_token")
            .with(Kind.POSITIVE, "Priority priority", "AllAtOnce all_at_once")
            .with(Kind.FREE, "Meta meta")
            .with(Kind.BLOCKS, "Constraints", "constraint", CONSTRAINT)
            .with(Kind.BLOCKS, "Affinities", "affinity", AFFINITY)
            .with(Kind.BLOCKS, "Spreads", "spread", SPREAD)
            .with(Kind.BLOCK, "Update", "update", UPDATE_OF_JOB)
            .with(Kind.BLOCK, "Migrate", "migrate", MIGRATE)
            .with(Kind.BLOCK, "Reschedule", "reschedule", RESCHEDULE)
            .with(Kind.BLOCKS, "TaskGroups", "group", GROUP)
            .with(
                    Kind.BLOCK,
                    "Periodic",
                    "periodic",
                    new Shape("")
                            .with(
                                    Kind.VALUE,
                                    "Enabled enabled",
                                    "Spec cron",
                                    "Specs crons",
                                    "ProhibitOverlap prohibit_overlap",
                                    "TimeZone time_zone")
                            .with(Kind.IGNORED, "SpecType"))
            .with(
                    Kind.BLOCK,
                    "ParameterizedJob",
                    "parameterized",
                    new Shape("")
                            .with(
                                    Kind.VALUE,
                                    "Payload payload",
                                    "MetaRequired meta_required",
                                    "MetaOptional meta_optional"))
            .with(
                    Kind.IGNORED,
                    "Status",
                    "StatusDescription",
                    "Stable",
                    "Version",
                    "SubmitTime",
                    "CreateIndex",
                    "ModifyIndex",
                    "JobModifyIndex",
                    "Dispatched",
                    "DispatchIdempotencyToken",
                    "NomadTokenID",
                    "ConsulToken",
                    "VersionTag");

    private static final String DEFAULT = "default";

    private final Faults faults;

    private NomadJob(Faults faults) {
        this.faults = faults;
    }

    /** Returns a file with the job. */
    static Body translate(Body job, Faults faults) {
        NomadJob translation = new NomadJob(faults);
        return new Body(List.of(translation.block(new HclName("job", job.position()), job, JOB)), job.position());
    }

    private HclItem block(HclName kind, Body object, Shape shape) {
        List<HclName> labels = new ArrayList<>();
        List<HclItem> items = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (HclItem item : object.items()) {
            String name = item.name().text();
            if (!seen.add(name)) {
                faults.add(item.position(), name + " is set twice: take one out");
            } else if (name.equals(shape.label)) {
                labels.add(new HclName(
                        item.value() instanceof Text text ? text.value() : "",
                        item.value().position()));
            } else if (!isEmpty(item.value())) {
                translate(item, shape.fields.get(name), items);
            }
        }
        if (shape == RESCHEDULE) {
            dropAttemptsBesideUnlimited(items);
        }
        return new HclItem(kind, labels, new Body(items, object.position()));
    }

    private void translate(HclItem item, Field field, List<HclItem> items) {
        if (field == null) {
            if (!isUnset(item.value()) && !isServersDefault(item)) {
                faults.add(
                        item.position(),
                        "field %s of Nomad's jobs is not supported: take it out"
                                .formatted(Excerpt.quoted(item.name().text())));
            }
            return;
        }
        HclName key = new HclName(field.key(), item.position());
        HclValue value = item.value();
        switch (field.kind()) {
            case IGNORED -> {}
            case POSITIVE -> {
                if (!isUnset(value)) {
                    items.add(new HclItem(key, List.of(), value));
                }
            }
            case DURATION -> {
                if (!isUnset(value)) {
                    items.add(new HclItem(key, List.of(), duration(value)));
                }
            }
            case ANY_DURATION -> items.add(new HclItem(key, List.of(), duration(value)));
            case VALUE -> items.add(new HclItem(key, List.of(), value));
            case FREE -> items.add(new HclItem(key, List.of(), flattened(value)));
            case BLOCK -> add(key, value, field, items);
            case BLOCKS -> {
                if (value instanceof Sequence list) {
                    list.elements().forEach(element -> add(key, element, field, items));
                } else {
                    faults.add(value.position(), item.name().text() + " must be a list");
                }
            }
        }
    }

    /** Adds a block, unless nothing is set in it. */
    private void add(HclName key, HclValue value, Field field, List<HclItem> items) {
        if (!(value instanceof Body object)) {
            faults.add(value.position(), "expected an object, { … }");
            return;
        }
        HclItem block = block(key, object, field.inner());
        if (!((Body) block.value()).items().isEmpty() || !block.labels().isEmpty()) {
            items.add(block);
        }
    }

    /** Nomad stores a job without a limit with 0 attempts. */
    private static void dropAttemptsBesideUnlimited(List<HclItem> items) {
        boolean unlimited = items.stream()
                .anyMatch(item ->
                        item.name().text().equals("unlimited") && item.value() instanceof Bool bool && bool.value());
        if (unlimited) {
            items.removeIf(item -> item.name().text().equals("attempts") && isUnset(item.value()));
        }
    }

    /** Nomad writes a block of a driver's config as a list with one object. */
    private static HclValue flattened(HclValue value) {
        if (!(value instanceof Body body)) {
            return value;
        }
        return new Body(
                body.items().stream()
                        .map(item -> item.value() instanceof Sequence list
                                        && list.elements().size() == 1
                                        && list.elements().get(0) instanceof Body only
                                ? new HclItem(item.name(), item.labels(), only)
                                : item)
                        .toList(),
                body.position());
    }

    /** Writes a number of nanoseconds as job files do; what is none is refused where it is read. */
    private static HclValue duration(HclValue value) {
        boolean nanoseconds = value instanceof Numeral number
                && number.value().signum() >= 0
                && number.value().stripTrailingZeros().scale() <= 0
                && number.value().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
        if (!nanoseconds) {
            return value;
        }
        BigInteger[] parts =
                ((Numeral) value).value().toBigInteger().divideAndRemainder(BigInteger.valueOf(1_000_000_000));
        // Durations have parts of at most nine digits.
        BigInteger[] hours = parts[0].divideAndRemainder(BigInteger.valueOf(3600));
        return new Text("%dh%ds%dns".formatted(hours[0], hours[1], parts[1]), value.position());
    }

    /** Nomad's server writes these objects into jobs that do not ask for them. */
    private static boolean isServersDefault(HclItem item) {
        return item.value() instanceof Body body
                && switch (item.name().text()) {
                    case "Consul" -> hasOnly(body, Map.of("Cluster", DEFAULT), Set.of());
                    case "Identity" -> hasOnly(body, Map.of("Name", DEFAULT), Set.of("Audience"));
                    default -> false;
                };
    }

    private static boolean hasOnly(Body body, Map<String, String> texts, Set<String> others) {
        return body.items().stream()
                .allMatch(item -> isUnset(item.value())
                        || others.contains(item.name().text())
                        || (item.value() instanceof Text text
                                && text.value().equals(texts.get(item.name().text()))));
    }

    private static boolean isEmpty(HclValue value) {
        return (value instanceof Text text && text.value().isEmpty())
                || (value instanceof Sequence list && list.elements().isEmpty())
                || (value instanceof Body body && body.items().isEmpty());
    }

    private static boolean isUnset(HclValue value) {
        return isEmpty(value)
                || (value instanceof Bool bool && !bool.value())
                || (value instanceof Numeral number && number.value().signum() == 0);
    }
}
