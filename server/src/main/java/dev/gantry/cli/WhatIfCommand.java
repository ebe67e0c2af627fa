package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import dev.gantry.client.InvalidArgumentException;
import dev.gantry.jobfile.JobFileException;
import dev.gantry.jobfile.JobSource;
import dev.gantry.model.FieldPath;
import dev.gantry.model.FieldPath.Step;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobType;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.NodeSelector;
import dev.gantry.v1.WhatIfChange;
import dev.gantry.v1.WhatIfCount;
import dev.gantry.v1.WhatIfDrain;
import dev.gantry.v1.WhatIfFitQuestion;
import dev.gantry.v1.WhatIfNewNodes;
import dev.gantry.v1.WhatIfNodeProperties;
import dev.gantry.v1.WhatIfPriority;
import dev.gantry.v1.WhatIfRequest;
import dev.gantry.v1.WhatIfResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code gantry what-if}: shows what the cluster would do after some changes. */
@Command(
        name = "what-if",
        description = {
            "Shows what the cluster would do after some changes: what would be placed, moved, preempted or left waiting, and"
                    + " why. Changes nothing.",
            "",
            "NODES is a node's name or id, class=CLASS, datacenter=DATACENTER, or all. Each option may be given several"
                    + " times. Jobs change first; then nodes get attributes, are added, are drained, and are lost.",
            "",
            "Shows where the cluster would come to rest, with each placed allocation healthy; not in which order, nor when.",
            ""
        })
final class WhatIfCommand extends ClientCommand {

    /** A field of a job that the question submits. The jobs of the files are its first changes. */
    private static final Pattern OF_JOB = Pattern.compile("changes\\[([0-9]{1,4})]\\.submit\\.?(.+)");

    @Spec
    @SuppressWarnings("unused")
    private CommandSpec spec;

    @Option(names = "--job", paramLabel = "FILE", description = "This job is submitted. - reads standard input.")
    private List<String> files = List.of();

    @Mixin
    private JobVariableOptions variables;

    @Option(
            names = "--count",
            paramLabel = "JOB/GROUP=N",
            converter = CountConverter.class,
            description = "The group has this count.")
    private List<WhatIfChange> counts = List.of();

    @Option(
            names = "--priority",
            paramLabel = "JOB=N",
            converter = PriorityConverter.class,
            description = "The job has this priority.")
    private List<WhatIfChange> priorities = List.of();

    @Option(names = "--stop", paramLabel = "JOB", description = "The job is stopped.")
    private List<String> stopped = List.of();

    @Option(
            names = "--set-attribute",
            paramLabel = "NODES:NAME=VALUE",
            converter = AttributeConverter.class,
            description = "The nodes have this attribute, such as driver.rkt.version; also meta.KEY, node.class and"
                    + " node.datacenter.")
    private List<WhatIfChange> attributes = List.of();

    @ArgGroup(exclusive = false, multiplicity = "0..*")
    private List<NewNodes> added = new ArrayList<>();

    @Option(
            names = "--drain",
            paramLabel = "NODES",
            converter = NodesConverter.class,
            description = "The nodes are drained.")
    private List<NodeSelector> drained = List.of();

    @Option(
            names = "--no-deadline",
            description = "With --drain: for a drain without a deadline. Else the deadline has passed.")
    private boolean withoutDeadline;

    @Option(names = "--ignore-system", description = "With --drain: allocations of system jobs stay.")
    private boolean ignoreSystem;

    @Option(
            names = "--lose",
            paramLabel = "NODES",
            converter = NodesConverter.class,
            description = "The nodes are down, and their allocations lost.")
    private List<NodeSelector> lost = List.of();

    @Option(
            names = "--fit",
            paramLabel = "JOB/GROUP",
            converter = FitConverter.class,
            description = "Also shows how many more allocations of the group would fit then.")
    private List<WhatIfFitQuestion> fits = List.of();

    @Option(
            names = "--allocations",
            paramLabel = "N",
            defaultValue = "20",
            description = "The most single allocations to show, up to 1000. Default: ${DEFAULT-VALUE}.")
    private int allocations;

    @Option(
            names = "--snapshot",
            paramLabel = "FILE",
            description =
                    "Computes it on the cluster of a snapshot file (gantry operator snapshot save). Calls no server.")
    private Path snapshot;

    @Option(
            names = "--placement",
            paramLabel = "ALGORITHM",
            description = "With --snapshot: as of the cluster's server, binpack or spread. Default: binpack.")
    private Placement placement;

    @Option(
            names = "--preemption",
            paramLabel = "TYPE",
            split = ",",
            description =
                    "With --snapshot: as of the cluster's server, service, batch, system, or several. Default: none.")
    private Set<Preempting> preemption = Set.of();

    @Mixin
    private JsonOption json;

    private final SnapshotQuestions snapshots;

    /** As {@code gantry server --placement} takes it. */
    private enum Placement {
        BINPACK,
        SPREAD
    }

    /** As {@code gantry server --preemption} takes it. */
    private enum Preempting {
        SERVICE(JobType.JOB_TYPE_SERVICE),
        BATCH(JobType.JOB_TYPE_BATCH),
        SYSTEM(JobType.JOB_TYPE_SYSTEM);

        private final JobType type;

        Preempting(JobType type) {
            this.type = type;
        }
    }

    WhatIfCommand(CliContext context, ServerOption outer, SnapshotQuestions snapshots) {
        super(context, outer);
        this.snapshots = snapshots;
    }

    @Override
    Optional<Integer> runWithoutServer() {
        if (snapshot == null) {
            if (placement != null || !preemption.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "--placement and --preemption are for --snapshot: a server has its own");
            }
            return Optional.empty();
        }
        List<JobSource> jobs = variables.readAll(context(), files);
        WhatIfRequest request = request(read(jobs, JobSource::job));
        SnapshotQuestions.Outcome outcome = snapshots.whatIf(
                snapshot,
                new SnapshotQuestions.Scheduling(
                        placement == Placement.SPREAD,
                        preemption.stream().map(type -> type.type).collect(Collectors.toSet())),
                request);
        if (!outcome.violations().isEmpty()) {
            throw new CommandFailedException(reports(jobs, request, outcome.violations()), null);
        }
        json.print(context(), outcome.response(), () -> WhatIfView.of(outcome.response()));
        return Optional.of(GantryCli.DONE);
    }

    /** Shows faults of jobs in their files, those of options by the option, and others by their fields. */
    private static List<String> reports(List<JobSource> jobs, WhatIfRequest request, List<JobViolation> violations) {
        Map<Integer, List<JobViolation>> ofJobs = new TreeMap<>();
        List<String> others = new ArrayList<>();
        for (JobViolation violation : violations) {
            Matcher job = OF_JOB.matcher(violation.getField());
            if (job.matches() && Integer.parseInt(job.group(1)) < jobs.size()) {
                ofJobs.computeIfAbsent(Integer.valueOf(job.group(1)), none -> new ArrayList<>())
                        .add(violation.toBuilder().setField(job.group(2)).build());
            } else {
                others.add(option(request, violation.getField()).orElse(violation.getField()) + ": "
                        + violation.getDescription());
            }
        }
        List<String> reports = new ArrayList<>();
        ofJobs.forEach((index, faults) -> reports.addAll(jobs.get(index).reports(faults)));
        reports.addAll(others);
        return reports;
    }

    private WhatIfRequest request(List<Job> jobs) {
        return WhatIfRequest.newBuilder()
                .addAllChanges(changes(jobs))
                .addAllFits(fits)
                .setMaxAllocations(allocations)
                .build();
    }

    @Override
    int run(GantryClient client) {
        List<JobSource> jobs = variables.readAll(context(), files);
        WhatIfRequest request = request(read(jobs, source -> JobFileParameter.job(source, client)));
        WhatIfResponse answer;
        try {
            answer = client.whatIf(request);
        } catch (InvalidArgumentException e) {
            List<String> reports = reports(jobs, request, e.violations());
            throw reports.isEmpty() ? e : new CommandFailedException(reports, e);
        }
        json.print(context(), answer, () -> WhatIfView.of(answer));
        return GantryCli.DONE;
    }

    /** Returns the jobs of the files; if some have faults, names those of all files. */
    private static List<Job> read(List<JobSource> sources, Function<JobSource, Job> reader) {
        List<Job> jobs = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        for (JobSource source : sources) {
            try {
                jobs.add(reader.apply(source));
            } catch (JobFileException e) {
                faults.addAll(e.reports());
            }
        }
        if (!faults.isEmpty()) {
            throw new CommandFailedException(faults, null);
        }
        return jobs;
    }

    /** Returns the option that a field of the question comes from; empty for a field of a job. */
    private static Optional<String> option(WhatIfRequest request, String field) {
        List<Step> steps = FieldPath.steps(field);
        if (steps.size() < 2 || !steps.get(1).isIndex()) {
            return Optional.empty();
        }
        int index = steps.get(1).index();
        if (steps.get(0).name().equals("fits") && index < request.getFitsCount()) {
            WhatIfFitQuestion fit = request.getFits(index);
            return Optional.of("--fit %s/%s".formatted(fit.getJobId(), fit.getTaskGroup()));
        }
        if (!steps.get(0).name().equals("changes") || index >= request.getChangesCount()) {
            return Optional.empty();
        }
        WhatIfChange change = request.getChanges(index);
        String last = steps.get(steps.size() - 1).name();
        return Optional.of(
                switch (change.getChangeCase()) {
                    case SUBMIT -> "--job " + change.getSubmit().getId();
                    case SET_COUNT ->
                        "--count %s/%s"
                                .formatted(
                                        change.getSetCount().getJobId(),
                                        change.getSetCount().getTaskGroup());
                    case SET_PRIORITY -> "--priority " + change.getSetPriority().getJobId();
                    case STOP_JOB_ID -> "--stop " + change.getStopJobId();
                    case SET_PROPERTIES -> "--set-attribute";
                    case ADD_NODES ->
                        switch (last) {
                            case "cpu", "like" -> "--" + last;
                            case "memory_mib" -> "--memory";
                            case "count" -> "--add-nodes";
                            default -> "--with";
                        };
                    case DRAIN -> "--drain";
                    case LOSE -> "--lose";
                    case CHANGE_NOT_SET -> field;
                });
    }

    private List<WhatIfChange> changes(List<Job> jobs) {
        List<WhatIfChange> changes = new ArrayList<>();
        jobs.forEach(job -> changes.add(WhatIfChange.newBuilder().setSubmit(job).build()));
        changes.addAll(counts);
        changes.addAll(priorities);
        stopped.forEach(
                job -> changes.add(WhatIfChange.newBuilder().setStopJobId(job).build()));
        changes.addAll(attributes);
        added.forEach(nodes -> changes.add(nodes.change(spec.commandLine())));
        drained.forEach(nodes -> changes.add(WhatIfChange.newBuilder()
                .setDrain(WhatIfDrain.newBuilder()
                        .setNodes(nodes)
                        .setPatient(withoutDeadline)
                        .setIgnoreSystemJobs(ignoreSystem))
                .build()));
        lost.forEach(
                nodes -> changes.add(WhatIfChange.newBuilder().setLose(nodes).build()));
        return changes;
    }

    /** Nodes that join. */
    private static final class NewNodes {

        @Option(
                names = "--add-nodes",
                paramLabel = "N",
                required = true,
                description = "So many nodes join, like another one, or with --cpu and --memory.")
        private int count;

        @Option(names = "--like", paramLabel = "NODE", description = "With --add-nodes: the node that they are like.")
        private String like = "";

        @Option(names = "--cpu", paramLabel = "MHZ", description = "With --add-nodes: their CPU.")
        private Long cpu;

        @Option(names = "--memory", paramLabel = "MIB", description = "With --add-nodes: their memory.")
        private Long memory;

        @Option(
                names = "--with",
                paramLabel = "NAME=VALUE",
                description = "With --add-nodes: an attribute of them, as with --set-attribute.")
        private Map<String, String> properties = new LinkedHashMap<>();

        WhatIfChange change(CommandLine command) {
            requirePositive(command, "--add-nodes", (long) count, "");
            requirePositive(command, "--cpu", cpu, withLike());
            requirePositive(command, "--memory", memory, withLike());
            if (like.isEmpty() && (cpu == null || memory == null)) {
                throw new ParameterException(command, "--add-nodes needs --like NODE, or --cpu MHZ and --memory MIB");
            }
            return WhatIfChange.newBuilder()
                    .setAddNodes(WhatIfNewNodes.newBuilder()
                            .setCount(count)
                            .setLike(like)
                            .setCpu(cpu == null ? 0 : cpu)
                            .setMemoryMib(memory == null ? 0 : memory)
                            .putAllProperties(properties))
                    .build();
        }

        private String withLike() {
            return like.isEmpty() ? "" : "; without %s, the new nodes have that of --like";
        }

        /** The server takes 0 for a field that is left out. */
        private static void requirePositive(CommandLine command, String option, Long value, String remedy) {
            if (value != null && value < 1) {
                throw new ParameterException(
                        command, "%s %d: must be 1 or more%s".formatted(option, value, remedy.formatted(option)));
            }
        }
    }

    private static final class NodesConverter implements ITypeConverter<NodeSelector> {

        @Override
        public NodeSelector convert(String value) {
            int end = value.indexOf('=');
            if (value.isBlank() || end == value.length() - 1) {
                throw unusable(value);
            }
            if (end < 0) {
                return value.equals("all")
                        ? NodeSelector.newBuilder().setAll(true).build()
                        : NodeSelector.newBuilder().setNode(value).build();
            }
            String name = value.substring(end + 1);
            return switch (value.substring(0, end)) {
                case "class" -> NodeSelector.newBuilder().setNodeClass(name).build();
                case "datacenter" ->
                    NodeSelector.newBuilder().setDatacenter(name).build();
                default -> throw unusable(value);
            };
        }

        private static TypeConversionException unusable(String value) {
            return new TypeConversionException(
                    "\"%s\" selects no nodes: give a name or an id, class=CLASS, datacenter=DATACENTER, or all"
                            .formatted(value));
        }
    }

    private static final class AttributeConverter implements ITypeConverter<WhatIfChange> {

        @Override
        public WhatIfChange convert(String value) {
            int colon = value.indexOf(':');
            int equals = value.indexOf('=', Math.max(0, colon));
            if (colon <= 0 || equals < colon + 2) {
                throw new TypeConversionException(
                        "\"%s\" is not NODES:NAME=VALUE, such as class=big:driver.rkt.version=1.30.0".formatted(value));
            }
            return WhatIfChange.newBuilder()
                    .setSetProperties(WhatIfNodeProperties.newBuilder()
                            .setNodes(new NodesConverter().convert(value.substring(0, colon)))
                            .putProperties(value.substring(colon + 1, equals), value.substring(equals + 1)))
                    .build();
        }
    }

    private static final class CountConverter implements ITypeConverter<WhatIfChange> {

        @Override
        public WhatIfChange convert(String value) {
            int equals = value.lastIndexOf('=');
            WhatIfFitQuestion group = new FitConverter().convert(equals < 0 ? value : value.substring(0, equals));
            return WhatIfChange.newBuilder()
                    .setSetCount(WhatIfCount.newBuilder()
                            .setJobId(group.getJobId())
                            .setTaskGroup(group.getTaskGroup())
                            .setCount(number(value, "JOB/GROUP=N, such as web/front=200")))
                    .build();
        }
    }

    private static final class PriorityConverter implements ITypeConverter<WhatIfChange> {

        @Override
        public WhatIfChange convert(String value) {
            int priority = number(value, "JOB=N, such as web=70");
            return WhatIfChange.newBuilder()
                    .setSetPriority(WhatIfPriority.newBuilder()
                            .setJobId(value.substring(0, value.lastIndexOf('=')))
                            .setPriority(priority))
                    .build();
        }
    }

    /** The id of a job may have slashes in it; the name of a group has none. */
    private static final class FitConverter implements ITypeConverter<WhatIfFitQuestion> {

        @Override
        public WhatIfFitQuestion convert(String value) {
            int slash = value.lastIndexOf('/');
            if (slash <= 0 || slash == value.length() - 1) {
                throw new TypeConversionException("\"%s\" is not JOB/GROUP, such as web/front".formatted(value));
            }
            return WhatIfFitQuestion.newBuilder()
                    .setJobId(value.substring(0, slash))
                    .setTaskGroup(value.substring(slash + 1))
                    .build();
        }
    }

    private static int number(String value, String form) {
        try {
            return Integer.parseInt(value.substring(value.lastIndexOf('=') + 1));
        } catch (NumberFormatException e) {
            throw new TypeConversionException("\"%s\" is not %s".formatted(value, form));
        }
    }
}
