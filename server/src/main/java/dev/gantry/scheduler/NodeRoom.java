package dev.gantry.scheduler;

import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A node and what of it is taken. */
final class NodeRoom {

    private final Map<String, Holding> holdings;
    private final NodePorts ports;
    private Node node;
    private long cpu;
    private long memoryMib;

    NodeRoom(Node node) {
        this.holdings = new HashMap<>();
        this.ports = new NodePorts();
        this.node = node;
    }

    private NodeRoom(NodeRoom other) {
        this.holdings = new HashMap<>(other.holdings);
        this.ports = other.ports.copy();
        this.node = other.node;
        this.cpu = other.cpu;
        this.memoryMib = other.memoryMib;
    }

    /** The same room, that can be filled and emptied without any effect on this one. */
    NodeRoom copy() {
        return new NodeRoom(this);
    }

    Node node() {
        return node;
    }

    /** Takes in how the node is now; what is taken of it stays taken. */
    void describe(Node changed) {
        node = changed;
    }

    /** Lets an allocation hold something, in place of what it held. */
    void hold(String allocationId, Holding holding) {
        release(allocationId);
        holdings.put(allocationId, holding);
        cpu += holding.cpu();
        memoryMib += holding.memoryMib();
        holding.ports().forEach(ports::take);
    }

    /** Frees what an allocation holds, if it holds anything. */
    void release(String allocationId) {
        Holding holding = holdings.remove(allocationId);
        if (holding != null) {
            cpu -= holding.cpu();
            memoryMib -= holding.memoryMib();
            holding.ports().forEach(ports::free);
        }
    }

    /** What an allocation holds; null if it holds nothing. */
    Holding holding(String allocationId) {
        return holdings.get(allocationId);
    }

    /** What an allocation would hold that asks for this; there must be {@linkplain #shortages enough}. */
    Holding choose(GroupAsk ask, Seed seed) {
        return new Holding(ask.cpu(), ask.memoryMib(), ports.choose(ask.ports(), node.getResources(), seed), false);
    }

    /** The allocations on it. */
    Set<String> allocationIds() {
        return holdings.keySet();
    }

    /** Which allocations on it are being stopped. */
    List<String> stopping() {
        return holdings.entrySet().stream()
                .filter(holding -> holding.getValue().stopping())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What is lacking for an allocation; empty if it fits. */
    List<Shortage> shortages(GroupAsk ask) {
        NodeResources whole = node.getResources();
        List<Shortage> shortages = new ArrayList<>();
        addIfShort(shortages, "memory", ask.memoryMib(), whole.getMemoryMib() - memoryMib, " MiB");
        addIfShort(shortages, "cpu", ask.cpu(), whole.getCpu() - cpu, " MHz");
        shortages.addAll(ports.shortages(ask.ports(), whole));
        return shortages;
    }

    /** How much CPU it has too little for an allocation, in MHz; 0 or less if it has enough. */
    long lackingCpu(GroupAsk ask) {
        return cpu + ask.cpu() - node.getResources().getCpu();
    }

    /** How much memory it has too little for an allocation, in MiB; 0 or less if it has enough. */
    long lackingMemory(GroupAsk ask) {
        return memoryMib + ask.memoryMib() - node.getResources().getMemoryMib();
    }

    /** The share of its CPU that would be left with one more allocation, 0 to 1. */
    double freeCpuWith(GroupAsk ask) {
        return free(cpu + ask.cpu(), node.getResources().getCpu());
    }

    /** The share of its memory that would be left with one more allocation, 0 to 1. */
    double freeMemoryWith(GroupAsk ask) {
        return free(memoryMib + ask.memoryMib(), node.getResources().getMemoryMib());
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
