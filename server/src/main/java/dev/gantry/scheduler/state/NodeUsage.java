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

/** Records the used resources of a node: CPU, memory, disk and ports, and the allocations that use them. */
public final class NodeUsage {

    /** The allocations of the usage that this one was copied from; must not be changed. */
    private final Map<String, AllocatedResources> inherited;
    /** The ids in {@link #inherited} that were released here. */
    private final Set<String> released = new HashSet<>();

    private Map<String, AllocatedResources> allocations = new HashMap<>();
    /** True while a {@link #snapshot} shares {@link #allocations}: the map is copied before it is changed. */
    private boolean lent;

    private final NodePorts ports;
    private Node node;
    // Copied from the node, since each placement reads them for many nodes.
    private String id = "";
    private long wholeCpu;
    private long wholeMemoryMib;
    private long wholeDiskMib;
    private long cpu;
    private long memoryMib;
    private long diskMib;
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
        this.diskMib = other.diskMib;
        this.stopping = other.stopping;
        this.position = other.position;
    }

    /**
     * Returns a copy. Changes of the copy do not affect this usage. This usage must not change while the copy is used.
     *
     * @return a usage of the same node, with the same allocations
     */
    public NodeUsage copy() {
        return new NodeUsage(this);
    }

    /**
     * Returns a copy that another thread may read while this usage changes. Takes the same time whatever number of
     * allocations is on the node: this usage copies its allocations when they change next.
     */
    NodeUsage snapshot() {
        lent = true;
        ports.lend();
        return new NodeUsage(this);
    }

    /** Returns the node. */
    public Node node() {
        return node;
    }

    /** Returns the node's id. */
    public String id() {
        return id;
    }

    /**
     * Returns the node's index among all nodes in the order of their names, from 0.
     *
     * @return the index, which changes when nodes are added or removed
     */
    public int position() {
        return position;
    }

    /** Sets the node's index. */
    void moveTo(int newPosition) {
        position = newPosition;
    }

    /** Replaces the node by its newer state. Allocations keep their resources. */
    final void describe(Node changed) {
        node = changed;
        id = changed.getId();
        wholeCpu = changed.getResources().getCpu();
        wholeMemoryMib = changed.getResources().getMemoryMib();
        // A node that does not say how much disk it has is not limited by it.
        wholeDiskMib = changed.getResources().getDiskMib() == 0
                ? Long.MAX_VALUE
                : changed.getResources().getDiskMib();
    }

    /**
     * Lets an allocation take resources, in place of those it took before.
     *
     * @param allocationId the allocation's id
     * @param resources the resources
     */
    public void hold(String allocationId, AllocatedResources resources) {
        release(allocationId);
        add(allocationId, resources);
    }

    /**
     * Gives resources to an allocation that has no resources yet.
     *
     * @param allocationId the allocation's id
     * @param resources the resources
     */
    public void add(String allocationId, AllocatedResources resources) {
        own();
        allocations.put(allocationId, resources);
        cpu += resources.cpu();
        memoryMib += resources.memoryMib();
        diskMib += resources.diskMib();
        stopping += resources.stopping() ? 1 : 0;
        resources.ports().forEach(ports::take);
    }

    /**
     * Frees the resources of an allocation; ignores an unknown one.
     *
     * @param allocationId the allocation's id
     */
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
            diskMib -= resources.diskMib();
            stopping -= resources.stopping() ? 1 : 0;
            resources.ports().forEach(ports::free);
        }
    }

    /** Replaces the state of an allocation whose resources stay the same. */
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

    /**
     * Returns the resources of an allocation; null if it uses no resources here.
     *
     * @param allocationId the allocation's id
     */
    public AllocatedResources resources(String allocationId) {
        AllocatedResources own = allocations.get(allocationId);
        return own != null || released.contains(allocationId) ? own : inherited.get(allocationId);
    }

    /**
     * Returns the resources of all allocations on the node.
     *
     * @return a collection that must not be changed, in no order
     */
    public Collection<AllocatedResources> allocations() {
        return inherited.isEmpty() ? allocations.values() : all().values();
    }

    /**
     * Returns the resources that a new allocation would take, with the ports chosen for it; does not take them.
     *
     * @param request what the allocation needs; {@link #shortages} must have returned none
     * @param seed chooses among the free dynamic ports
     * @return the resources, with one port for each port of the request, in the same order
     */
    public AllocatedResources choose(ResourceRequest request, Seed seed) {
        return AllocatedResources.planned(request, ports.choose(request.ports(), node.getResources(), seed));
    }

    /**
     * Returns the ids of the allocations on the node that are to stop.
     *
     * @return the ids, in no order
     */
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

    /**
     * Returns the resources that the node lacks for an allocation; empty if the allocation fits.
     *
     * @param request what the allocation needs
     * @return memory first, then CPU, disk and ports
     */
    public List<Shortage> shortages(ResourceRequest request) {
        List<Shortage> ofPorts =
                request.ports().isEmpty() ? List.of() : ports.shortages(request.ports(), node.getResources());
        if (lackingMemory(request) <= 0 && lackingCpu(request) <= 0 && lackingDisk(request) <= 0) {
            return ofPorts;
        }
        List<Shortage> shortages = new ArrayList<>();
        addIfShort(shortages, "memory", request.memoryMib(), wholeMemoryMib - memoryMib, " MiB");
        addIfShort(shortages, "cpu", request.cpu(), wholeCpu - cpu, " MHz");
        if (lackingDisk(request) > 0) {
            addIfShort(shortages, "disk", request.diskMib(), wholeDiskMib - diskMib, " MiB");
        }
        shortages.addAll(ofPorts);
        return shortages;
    }

    /**
     * Returns how much CPU the node lacks for an allocation, in MHz; 0 or less if it has enough.
     *
     * @param request what the allocation needs
     */
    public long lackingCpu(ResourceRequest request) {
        return cpu + request.cpu() - wholeCpu;
    }

    /**
     * Returns how much memory the node lacks for an allocation, in MiB; 0 or less if it has enough.
     *
     * @param request what the allocation needs
     */
    public long lackingMemory(ResourceRequest request) {
        return memoryMib + request.memoryMib() - wholeMemoryMib;
    }

    /**
     * Returns how much disk the node lacks for an allocation, in MiB; 0 or less if it has enough, or if the allocation asks
     * for none. The node's disk is what is free, so what running allocations have written counts twice: in their sizes, and
     * since it is not free.
     *
     * @param request what the allocation needs
     */
    public long lackingDisk(ResourceRequest request) {
        return request.diskMib() == 0 ? 0 : request.diskMib() - (wholeDiskMib - diskMib);
    }

    /**
     * Returns the share of the node's CPU that stays free with one more allocation, 0 to 1.
     *
     * @param request what the allocation needs
     */
    public double freeCpuWith(ResourceRequest request) {
        return free(cpu + request.cpu(), wholeCpu);
    }

    /**
     * Returns the share of the node's memory that stays free with one more allocation, 0 to 1.
     *
     * @param request what the allocation needs
     */
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
