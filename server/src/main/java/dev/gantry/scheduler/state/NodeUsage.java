package dev.gantry.scheduler.state;

import dev.gantry.v1.Allocation;
import dev.gantry.v1.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A node and what of it is taken. */
public final class NodeUsage {

    /** Of the room that this one is a copy of: not to be changed. */
    private final Map<String, AllocatedResources> inherited;
    /** Those of {@link #inherited} that are released here. */
    private final Set<String> released = new HashSet<>();

    private Map<String, AllocatedResources> allocations = new HashMap<>();
    /** True while a {@link #snapshot} shares {@link #allocations}: they are copied before they are changed. */
    private boolean lent;

    private final NodePorts ports;
    private Node node;
    // Of the node, but at hand: many are looked at for each placement.
    private String id = "";
    private long wholeCpu;
    private long wholeMemoryMib;
    private long cpu;
    private long memoryMib;
    private int stopping;
    private int position;

    NodeUsage(Node node) {
        this.inherited = Map.of();
        this.ports = new NodePorts();
        describe(node);
    }

    private NodeUsage(NodeUsage other) {
        this.inherited = other.inherited.isEmpty() ? other.allocations : other.all();
        this.ports = other.ports.copy();
        describe(other.node);
        this.cpu = other.cpu;
        this.memoryMib = other.memoryMib;
        this.stopping = other.stopping;
        this.position = other.position;
    }

    /**
     * The same room, that can be filled and emptied without any effect on this one. This one must not change as long as the
     * copy is in use.
     */
    public NodeUsage copy() {
        return new NodeUsage(this);
    }

    /**
     * The same room, that stays as it is now and may be read by another thread, whatever becomes of this one. Takes time
     * that does not depend on what is held; this one copies what it holds when it changes next.
     */
    NodeUsage snapshot() {
        lent = true;
        ports.lend();
        return new NodeUsage(this);
    }

    public Node node() {
        return node;
    }

    /** The node's id. */
    public String id() {
        return id;
    }

    /** Which of all nodes it is, counted from 0 in the order of the names. */
    public int position() {
        return position;
    }

    /** Lets it be another one in that order. */
    void moveTo(int newPosition) {
        position = newPosition;
    }

    /** Takes in how the node is now; what is taken of it stays taken. */
    final void describe(Node changed) {
        node = changed;
        id = changed.getId();
        wholeCpu = changed.getResources().getCpu();
        wholeMemoryMib = changed.getResources().getMemoryMib();
    }

    /** Lets an allocation hold something, in place of what it held. */
    public void hold(String allocationId, AllocatedResources resources) {
        release(allocationId);
        add(allocationId, resources);
    }

    /** Lets an allocation hold something that holds nothing yet. */
    public void add(String allocationId, AllocatedResources resources) {
        own();
        allocations.put(allocationId, resources);
        cpu += resources.cpu();
        memoryMib += resources.memoryMib();
        stopping += resources.stopping() ? 1 : 0;
        resources.ports().forEach(ports::take);
    }

    /** Frees what an allocation holds, if it holds anything. */
    public void release(String allocationId) {
        AllocatedResources resources = resources(allocationId);
        if (resources != null) {
            own();
            allocations.remove(allocationId);
            if (inherited.containsKey(allocationId)) {
                released.add(allocationId);
            }
            cpu -= resources.cpu();
            memoryMib -= resources.memoryMib();
            stopping -= resources.stopping() ? 1 : 0;
            resources.ports().forEach(ports::free);
        }
    }

    /** Takes in what is said of an allocation that holds the same as before. */
    void describe(Allocation allocation) {
        own();
        allocations.computeIfPresent(allocation.getId(), (id, resources) -> resources.of(allocation));
    }

    private void own() {
        if (lent) {
            allocations = new HashMap<>(allocations);
            lent = false;
        }
    }

    /** What an allocation holds; null if it holds nothing. */
    public AllocatedResources resources(String allocationId) {
        AllocatedResources own = allocations.get(allocationId);
        return own != null || released.contains(allocationId) ? own : inherited.get(allocationId);
    }

    /** The resources that allocations hold on the node. */
    public Collection<AllocatedResources> allocations() {
        return inherited.isEmpty() ? allocations.values() : all().values();
    }

    /** What an allocation would hold that asks for this; there must be {@linkplain #shortages enough}. */
    public AllocatedResources choose(ResourceRequest request, Seed seed) {
        return AllocatedResources.planned(request, ports.choose(request.ports(), node.getResources(), seed));
    }

    /** Which allocations on it are being stopped. */
    public List<String> stopping() {
        return stopping == 0
                ? List.of()
                : all().entrySet().stream()
                        .filter(resources -> resources.getValue().stopping())
                        .map(Map.Entry::getKey)
                        .toList();
    }

    private Map<String, AllocatedResources> all() {
        Map<String, AllocatedResources> all = new HashMap<>(inherited);
        all.keySet().removeAll(released);
        all.putAll(allocations);
        return all;
    }

    /** What is lacking for an allocation; empty if it fits. */
    public List<Shortage> shortages(ResourceRequest request) {
        List<Shortage> ofPorts =
                request.ports().isEmpty() ? List.of() : ports.shortages(request.ports(), node.getResources());
        if (lackingMemory(request) <= 0 && lackingCpu(request) <= 0) {
            return ofPorts;
        }
        List<Shortage> shortages = new ArrayList<>();
        addIfShort(shortages, "memory", request.memoryMib(), wholeMemoryMib - memoryMib, " MiB");
        addIfShort(shortages, "cpu", request.cpu(), wholeCpu - cpu, " MHz");
        shortages.addAll(ofPorts);
        return shortages;
    }

    /** How much CPU it has too little for an allocation, in MHz; 0 or less if it has enough. */
    public long lackingCpu(ResourceRequest request) {
        return cpu + request.cpu() - wholeCpu;
    }

    /** How much memory it has too little for an allocation, in MiB; 0 or less if it has enough. */
    public long lackingMemory(ResourceRequest request) {
        return memoryMib + request.memoryMib() - wholeMemoryMib;
    }

    /** The share of its CPU that would be left with one more allocation, 0 to 1. */
    public double freeCpuWith(ResourceRequest request) {
        return free(cpu + request.cpu(), wholeCpu);
    }

    /** The share of its memory that would be left with one more allocation, 0 to 1. */
    public double freeMemoryWith(ResourceRequest request) {
        return free(memoryMib + request.memoryMib(), wholeMemoryMib);
    }

    private static double free(long taken, long whole) {
        return whole <= 0 ? 0 : Math.max(0, 1 - (double) taken / whole);
    }

    private static void addIfShort(List<Shortage> shortages, String dimension, long asked, long free, String unit) {
        if (asked > free) {
            shortages.add(new Shortage(dimension, asked, Math.max(0, free), unit));
        }
    }
}
