package dev.gantry.scheduler;

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
final class NodeRoom {

    /** Of the room that this one is a copy of: not to be changed. */
    private final Map<String, Holding> inherited;
    /** Those of {@link #inherited} that are released here. */
    private final Set<String> released = new HashSet<>();

    private Map<String, Holding> holdings = new HashMap<>();
    /** True while a {@link #snapshot} shares {@link #holdings}: they are copied before they are changed. */
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

    NodeRoom(Node node) {
        this.inherited = Map.of();
        this.ports = new NodePorts();
        describe(node);
    }

    private NodeRoom(NodeRoom other) {
        this.inherited = other.inherited.isEmpty() ? other.holdings : other.all();
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
    NodeRoom copy() {
        return new NodeRoom(this);
    }

    /**
     * The same room, that stays as it is now and may be read by another thread, whatever becomes of this one. Takes time
     * that does not depend on what is held; this one copies what it holds when it changes next.
     */
    NodeRoom snapshot() {
        lent = true;
        ports.lend();
        return new NodeRoom(this);
    }

    Node node() {
        return node;
    }

    /** The node's id. */
    String id() {
        return id;
    }

    /** Which of all nodes it is, counted from 0 in the order of the names. */
    int position() {
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
    void hold(String allocationId, Holding holding) {
        release(allocationId);
        add(allocationId, holding);
    }

    /** Lets an allocation hold something that holds nothing yet. */
    void add(String allocationId, Holding holding) {
        own();
        holdings.put(allocationId, holding);
        cpu += holding.cpu();
        memoryMib += holding.memoryMib();
        stopping += holding.stopping() ? 1 : 0;
        holding.ports().forEach(ports::take);
    }

    /** Frees what an allocation holds, if it holds anything. */
    void release(String allocationId) {
        Holding holding = holding(allocationId);
        if (holding != null) {
            own();
            holdings.remove(allocationId);
            if (inherited.containsKey(allocationId)) {
                released.add(allocationId);
            }
            cpu -= holding.cpu();
            memoryMib -= holding.memoryMib();
            stopping -= holding.stopping() ? 1 : 0;
            holding.ports().forEach(ports::free);
        }
    }

    /** Takes in what is said of an allocation that holds the same as before. */
    void describe(Allocation allocation) {
        own();
        holdings.computeIfPresent(allocation.getId(), (id, holding) -> holding.of(allocation));
    }

    private void own() {
        if (lent) {
            holdings = new HashMap<>(holdings);
            lent = false;
        }
    }

    /** What an allocation holds; null if it holds nothing. */
    Holding holding(String allocationId) {
        Holding own = holdings.get(allocationId);
        return own != null || released.contains(allocationId) ? own : inherited.get(allocationId);
    }

    /** The resources that allocations hold on the node. */
    Collection<Holding> holdings() {
        return inherited.isEmpty() ? holdings.values() : all().values();
    }

    /** What an allocation would hold that asks for this; there must be {@linkplain #shortages enough}. */
    Holding choose(GroupAsk ask, Seed seed) {
        return Holding.planned(ask, ports.choose(ask.ports(), node.getResources(), seed));
    }

    /** Which allocations on it are being stopped. */
    List<String> stopping() {
        return stopping == 0
                ? List.of()
                : all().entrySet().stream()
                        .filter(holding -> holding.getValue().stopping())
                        .map(Map.Entry::getKey)
                        .toList();
    }

    private Map<String, Holding> all() {
        Map<String, Holding> all = new HashMap<>(inherited);
        all.keySet().removeAll(released);
        all.putAll(holdings);
        return all;
    }

    /** What is lacking for an allocation; empty if it fits. */
    List<Shortage> shortages(GroupAsk ask) {
        List<Shortage> ofPorts = ask.ports().isEmpty() ? List.of() : ports.shortages(ask.ports(), node.getResources());
        if (lackingMemory(ask) <= 0 && lackingCpu(ask) <= 0) {
            return ofPorts;
        }
        List<Shortage> shortages = new ArrayList<>();
        addIfShort(shortages, "memory", ask.memoryMib(), wholeMemoryMib - memoryMib, " MiB");
        addIfShort(shortages, "cpu", ask.cpu(), wholeCpu - cpu, " MHz");
        shortages.addAll(ofPorts);
        return shortages;
    }

    /** How much CPU it has too little for an allocation, in MHz; 0 or less if it has enough. */
    long lackingCpu(GroupAsk ask) {
        return cpu + ask.cpu() - wholeCpu;
    }

    /** How much memory it has too little for an allocation, in MiB; 0 or less if it has enough. */
    long lackingMemory(GroupAsk ask) {
        return memoryMib + ask.memoryMib() - wholeMemoryMib;
    }

    /** The share of its CPU that would be left with one more allocation, 0 to 1. */
    double freeCpuWith(GroupAsk ask) {
        return free(cpu + ask.cpu(), wholeCpu);
    }

    /** The share of its memory that would be left with one more allocation, 0 to 1. */
    double freeMemoryWith(GroupAsk ask) {
        return free(memoryMib + ask.memoryMib(), wholeMemoryMib);
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
