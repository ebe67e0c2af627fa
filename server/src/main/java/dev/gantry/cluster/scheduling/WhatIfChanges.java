package dev.gantry.cluster.scheduling;

import com.google.protobuf.Timestamp;
import dev.gantry.cluster.InvalidFieldException;
import dev.gantry.cluster.RefusedException;
import dev.gantry.cluster.UnknownObjectException;
import dev.gantry.cluster.job.JobKindRule;
import dev.gantry.cluster.job.JobVersionCache;
import dev.gantry.cluster.job.VersionRule;
import dev.gantry.model.FieldPath;
import dev.gantry.model.ParentJobs;
import dev.gantry.scheduler.state.ClusterState;
import dev.gantry.scheduler.state.NodeUsage;
import dev.gantry.scheduler.whatif.Changes;
import dev.gantry.scheduler.whatif.SimulatedJob;
import dev.gantry.v1.Drain;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.Evaluation;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobRecord;
import dev.gantry.v1.JobType;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.NodeSelector;
import dev.gantry.v1.NodeStatus;
import dev.gantry.v1.PlacementFailure;
import dev.gantry.v1.SchedulingEligibility;
import dev.gantry.v1.TaskGroup;
import dev.gantry.v1.WhatIfChange;
import dev.gantry.v1.WhatIfCount;
import dev.gantry.v1.WhatIfDrain;
import dev.gantry.v1.WhatIfFitQuestion;
import dev.gantry.v1.WhatIfNewNodes;
import dev.gantry.v1.WhatIfNodeProperties;
import dev.gantry.v1.WhatIfPriority;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Turns the changes of a what-if into nodes and jobs as they are after the changes, by the rules of the real changes. */
final class WhatIfChanges {

    private static final int SHORTEST_PREFIX = 4;
    private static final String META = "meta.";
    private static final String ATTRIBUTE = "attr.";

    private final ClusterState cluster;
    private final Set<String> failedJobs;
    private final Map<String, JobRecord> stored = new HashMap<>();
    private final Map<String, Evaluation> evaluations = new HashMap<>();
    private final Map<String, JobRecord> jobs = new LinkedHashMap<>();
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private int newNodes;

    /**
     * Begins without changes.
     *
     * @param snapshot the cluster
     * @param cluster its state
     * @param failedJobs submitted jobs of which an allocation of the stored version has failed permanently
     */
    WhatIfChanges(ClusterSnapshot snapshot, ClusterState cluster, Set<String> failedJobs) {
        this.cluster = cluster;
        this.failedJobs = failedJobs;
        snapshot.jobs().forEach(job -> stored.put(job.getJob().getId(), job));
        snapshot.evaluations().forEach(one -> evaluations.put(one.getJobId(), one));
    }

    /** Returns all stored jobs as they are before the changes. */
    List<SimulatedJob> before() {
        return stored.values().stream().map(this::simulated).toList();
    }

    /**
     * Makes some changes, in their order.
     *
     * @param changes valid changes
     * @throws UnknownObjectException if a change names a node or a job that does not exist
     * @throws InvalidFieldException if a change does not fit the node or the job
     * @throws RefusedException if a job may not be submitted
     */
    Changes make(List<WhatIfChange> changes) {
        for (int i = 0; i < changes.size(); i++) {
            make(changes.get(i), FieldPath.element("changes", i));
        }
        return new Changes(
                List.copyOf(nodes.values()),
                jobs.values().stream().map(this::simulated).toList());
    }

    /**
     * Checks a question about a group.
     *
     * @throws UnknownObjectException if there is no such job
     * @throws InvalidFieldException if the job has no such group, or is a system job
     */
    void check(WhatIfFitQuestion question, String path) {
        Job job = job(question.getJobId()).getJob();
        if (job.getType() == JobType.JOB_TYPE_SYSTEM) {
            throw new InvalidFieldException(
                    path + ".job_id",
                    "\"%s\" is a system job, which runs once on every node that fits: it has no count"
                            .formatted(job.getId()));
        }
        group(job, question.getTaskGroup(), path);
    }

    private void make(WhatIfChange change, String path) {
        switch (change.getChangeCase()) {
            case DRAIN -> drain(change.getDrain(), path + ".drain");
            case LOSE ->
                select(change.getLose(), path + ".lose")
                        .forEach(node -> put(node.toBuilder().setStatus(NodeStatus.NODE_STATUS_DOWN)));
            case ADD_NODES -> add(change.getAddNodes(), path + ".add_nodes");
            case SET_PROPERTIES -> set(change.getSetProperties(), path + ".set_properties");
            case SET_COUNT -> set(change.getSetCount(), path + ".set_count");
            case SET_PRIORITY -> set(change.getSetPriority());
            case SUBMIT -> submit(change.getSubmit());
            case STOP_JOB_ID -> {
                JobRecord job = job(change.getStopJobId());
                jobs.put(change.getStopJobId(), job.toBuilder().setStopped(true).build());
            }
            case CHANGE_NOT_SET -> {}
        }
    }

    private void drain(WhatIfDrain change, String path) {
        Drain.Builder drain = Drain.newBuilder().setIgnoreSystemJobs(change.getIgnoreSystemJobs());
        if (!change.getPatient()) {
            drain.setDeadline(Timestamp.getDefaultInstance());
        }
        select(change.getNodes(), path + ".nodes")
                .forEach(node -> put(node.toBuilder()
                        .setDrain(drain)
                        .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_INELIGIBLE)));
    }

    private void add(WhatIfNewNodes change, String path) {
        Node.Builder model =
                change.getLike().isEmpty() ? plainNode() : find(change.getLike(), path + ".like").toBuilder();
        model.setStatus(NodeStatus.NODE_STATUS_READY)
                .setEligibility(SchedulingEligibility.SCHEDULING_ELIGIBILITY_ELIGIBLE)
                .clearStatusDescription()
                .clearDrain();
        if (change.getCpu() > 0) {
            model.getResourcesBuilder().setCpu(change.getCpu());
        }
        if (change.getMemoryMib() > 0) {
            model.getResourcesBuilder().setMemoryMib(change.getMemoryMib());
        }
        change.getPropertiesMap().forEach((name, value) -> set(model, name, value, path));
        for (int i = 0; i < change.getCount(); i++) {
            newNodes++;
            put(model.setId("what-if-node-" + newNodes).setName("what-if-" + newNodes));
        }
    }

    /** Returns a node with the rkt driver, and with as much disk and as many ports as a machine can have. */
    private static Node.Builder plainNode() {
        return Node.newBuilder()
                .setDatacenter("dc1")
                .putAttributes("driver.rkt", "1")
                .putDrivers("rkt", DriverHealth.newBuilder().setHealthy(true).build())
                .setResources(NodeResources.newBuilder()
                        .setDiskMib(Integer.MAX_VALUE)
                        .setIp("0.0.0.0")
                        .setMinDynamicPort(20_000)
                        .setMaxDynamicPort(32_000));
    }

    private void set(WhatIfNodeProperties change, String path) {
        for (Node node : select(change.getNodes(), path + ".nodes")) {
            Node.Builder changed = node.toBuilder();
            change.getPropertiesMap().forEach((name, value) -> set(changed, name, value, path));
            put(changed);
        }
    }

    /** Sets a property by the name that {@link dev.gantry.model.NodeProperties} gives it. */
    private static void set(Node.Builder node, String name, String value, String path) {
        if (name.startsWith("node.unique.")) {
            throw new InvalidFieldException(
                    FieldPath.entry(path + ".properties", name), "is what tells nodes apart: it can't be set");
        }
        if (name.equals("node.class")) {
            node.setNodeClass(value);
        } else if (name.equals("node.datacenter")) {
            node.setDatacenter(value);
        } else if (name.startsWith(META)) {
            node.putMeta(name.substring(META.length()), value);
        } else {
            node.putAttributes(name.startsWith(ATTRIBUTE) ? name.substring(ATTRIBUTE.length()) : name, value);
        }
    }

    private void set(WhatIfCount change, String path) {
        JobRecord known = job(change.getJobId());
        if (known.getJob().getType() == JobType.JOB_TYPE_SYSTEM) {
            throw new InvalidFieldException(
                    path + ".count",
                    "\"%s\" is a system job, which runs once on every node that fits: it has no count"
                            .formatted(change.getJobId()));
        }
        Job.Builder job = known.getJob().toBuilder();
        group(known.getJob(), change.getTaskGroup(), path);
        job.getTaskGroupsBuilderList().stream()
                .filter(group -> group.getName().equals(change.getTaskGroup()))
                .forEach(group -> group.setCount(change.getCount()));
        submit(job.build());
    }

    private void set(WhatIfPriority change) {
        submit(job(change.getJobId()).getJob().toBuilder()
                .setPriority(change.getPriority())
                .build());
    }

    /** Submits a job. Several changes of a job make one version. */
    private void submit(Job job) {
        Optional<JobRecord> before = Optional.ofNullable(stored.get(job.getId()));
        JobKindRule.check(before.map(JobRecord::getJob), job);
        jobs.put(
                job.getId(),
                before.map(JobRecord::toBuilder)
                        .orElseGet(JobRecord::newBuilder)
                        .setVersion(VersionRule.version(before, job, failedJobs.contains(job.getId())))
                        .setJob(job)
                        .setStopped(false)
                        .build());
    }

    private JobRecord job(String jobId) {
        JobRecord job = jobs.getOrDefault(jobId, stored.get(jobId));
        if (job == null) {
            throw new UnknownObjectException("job", jobId);
        }
        return job;
    }

    private static void group(Job job, String name, String path) {
        if (job.getTaskGroupsList().stream().map(TaskGroup::getName).noneMatch(name::equals)) {
            throw new InvalidFieldException(
                    path + ".task_group",
                    "job \"%s\" has no group \"%s\": its groups are %s"
                            .formatted(
                                    job.getId(),
                                    name,
                                    job.getTaskGroupsList().stream()
                                            .map(TaskGroup::getName)
                                            .toList()));
        }
    }

    private SimulatedJob simulated(JobRecord job) {
        Optional<Evaluation> evaluation =
                Optional.ofNullable(evaluations.get(job.getJob().getId()));
        Map<String, Integer> waiting = new HashMap<>();
        evaluation.map(Evaluation::getFailuresList).orElse(List.of()).forEach((PlacementFailure failure) -> {
            waiting.put(failure.getTaskGroup(), failure.getUnplaced());
        });
        boolean changed = jobs.containsKey(job.getJob().getId());
        return new SimulatedJob(
                JobVersionCache.versionOf(job),
                job.getStopped() || ParentJobs.isParent(job.getJob()),
                changed || evaluation.isPresent(),
                changed
                        ? Long.MAX_VALUE
                        : evaluation.map(Evaluation::getCreateIndex).orElse(Long.MAX_VALUE),
                waiting);
    }

    private void put(Node.Builder node) {
        nodes.put(node.getId(), node.build());
    }

    private List<Node> select(NodeSelector selector, String path) {
        return switch (selector.getSelectionCase()) {
            case NODE -> List.of(find(selector.getNode(), path + ".node"));
            case NODE_CLASS ->
                some(
                        node -> node.getNodeClass().equals(selector.getNodeClass()),
                        path + ".node_class",
                        selector.getNodeClass());
            case DATACENTER ->
                some(
                        node -> node.getDatacenter().equals(selector.getDatacenter()),
                        path + ".datacenter",
                        selector.getDatacenter());
            case ALL, SELECTION_NOT_SET -> all().toList();
        };
    }

    private List<Node> some(Predicate<Node> filter, String path, String value) {
        List<Node> found = all().filter(filter).toList();
        if (found.isEmpty()) {
            throw new InvalidFieldException(
                    path, "no node has \"%s\": 'gantry node status' lists the nodes".formatted(value));
        }
        return found;
    }

    private Node find(String text, String path) {
        if (nodes.containsKey(text)) {
            return nodes.get(text);
        }
        NodeUsage known = cluster.usageOf(text);
        if (known != null) {
            return known.node();
        }
        List<Node> found = all().filter(node -> node.getName().equals(text)).toList();
        if (found.isEmpty() && text.length() >= SHORTEST_PREFIX) {
            found = all().filter(node -> node.getId().startsWith(text)).toList();
        }
        if (found.size() > 1) {
            throw new InvalidFieldException(
                    path,
                    "\"%s\" is %d nodes: give an id, such as %s"
                            .formatted(text, found.size(), found.get(0).getId()));
        }
        return found.stream().findFirst().orElseThrow(() -> new UnknownObjectException("node", text));
    }

    /** Returns the nodes as they are after the changes so far, in the order of their names; new ones come last. */
    private Stream<Node> all() {
        List<Node> all = new ArrayList<>();
        for (NodeUsage usage : cluster.nodes()) {
            all.add(nodes.getOrDefault(usage.id(), usage.node()));
        }
        nodes.values().stream()
                .filter(node -> cluster.usageOf(node.getId()) == null)
                .forEach(all::add);
        return all.stream();
    }
}
