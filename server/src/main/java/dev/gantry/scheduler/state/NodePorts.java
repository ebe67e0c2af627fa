package dev.gantry.scheduler.state;

import dev.gantry.scheduler.state.ResourceRequest.PortRequest;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.NodeResources;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The ports of one node that are taken: one bitmap for each IP address. Nearly every node has one address. */
final class NodePorts {

    private static final int HIGHEST_PORT = 65535;

    private final Map<String, BitSet> taken;

    /** The number of taken ports over all addresses. */
    private int count;

    /** The addresses whose bitmaps are shared with a copy: such a bitmap is copied before it is changed. */
    private final Set<String> borrowed;

    /** Creates the ports of a node; no port is used. */
    NodePorts() {
        this.taken = new HashMap<>();
        this.borrowed = new HashSet<>();
    }

    private NodePorts(NodePorts other) {
        this.taken = new HashMap<>(other.taken);
        this.borrowed = new HashSet<>(other.taken.keySet());
        this.count = other.count;
    }

    /**
     * Returns a copy. Changes of the copy do not affect these ports. These ports must not change while the copy is
     * used.
     */
    NodePorts copy() {
        return new NodePorts(this);
    }

    /**
     * Lets other threads read existing copies: from now on each bitmap of these ports is copied before it is changed.
     */
    void lend() {
        borrowed.addAll(taken.keySet());
    }

    /** Marks a port as taken. */
    void take(AllocatedPort port) {
        BitSet ports = of(port.getIp());
        count += ports.get(port.getPort()) ? 0 : 1;
        ports.set(port.getPort());
    }

    /** Marks a port as free. */
    void free(AllocatedPort port) {
        BitSet ports = of(port.getIp());
        count -= ports.get(port.getPort()) ? 1 : 0;
        ports.clear(port.getPort());
        if (ports.isEmpty()) {
            taken.remove(port.getIp());
        }
    }

    /**
     * Returns the ports that a node lacks for an allocation; empty if it has all.
     *
     * @param requests the ports asked for
     * @param node the node's address and its range of dynamic ports
     */
    List<Shortage> shortages(List<PortRequest> requests, NodeResources node) {
        if (requests.isEmpty()) {
            return List.of();
        }
        BitSet ports = takenOn(node.getIp());
        List<Shortage> shortages = new ArrayList<>();
        long asked = 0;
        for (PortRequest request : requests) {
            asked += request.isStatic() ? 0 : 1;
            if (request.isStatic() && ports.get(request.number())) {
                shortages.add(new Shortage("port " + request.number(), 1, 0, ""));
            }
        }
        long free = hasEnoughDynamic(requests, node) ? asked : freeDynamic(requests, node, ports, asked);
        if (free < asked) {
            shortages.add(new Shortage("dynamic ports", asked, free, ""));
        }
        return shortages;
    }

    /**
     * Chooses ports for an allocation, without taking them.
     *
     * @param requests the ports asked for; {@link #shortages} must have returned none
     * @param node the node's address and its range of dynamic ports
     * @param seed chooses where in the range the search begins. The same seed chooses the same ports if they are free:
     *     so an allocation that replaces another tends to get its ports, and other jobs tend not to get a port that has
     *     just become free.
     * @return the ports in the order of the requests
     * @throws IllegalStateException if too few dynamic ports are free
     */
    List<AllocatedPort> choose(List<PortRequest> requests, NodeResources node, Seed seed) {
        if (requests.isEmpty()) {
            return List.of();
        }
        BitSet ports = takenOn(node.getIp());
        Set<Integer> given = new HashSet<>();
        // Choose static ports first, so that no dynamic port takes one of them.
        requests.stream().filter(PortRequest::isStatic).forEach(request -> given.add(request.number()));
        List<AllocatedPort> chosen = new ArrayList<>(requests.size());
        for (PortRequest request : requests) {
            int number =
                    request.isStatic() ? request.number() : nextDynamic(ports, given, node, seed.with(request.label()));
            given.add(number);
            chosen.add(AllocatedPort.newBuilder()
                    .setTask(request.task())
                    .setLabel(request.label())
                    .setIp(node.getIp())
                    .setPort(number)
                    .build());
        }
        return chosen;
    }

    private BitSet takenOn(String ip) {
        BitSet known = taken.get(ip);
        return known == null ? new BitSet(0) : known;
    }

    /** Returns the bitmap of an address, which the caller may change. */
    private BitSet of(String ip) {
        if (borrowed.remove(ip)) {
            taken.computeIfPresent(ip, (same, ports) -> (BitSet) ports.clone());
        }
        return taken.computeIfAbsent(ip, unseen -> new BitSet());
    }

    /**
     * Returns true if the dynamic range has enough free ports even if every used port is in it. This saves counting
     * them.
     */
    private boolean hasEnoughDynamic(List<PortRequest> requests, NodeResources node) {
        return last(node) - first(node) + 1 - count >= requests.size();
    }

    /** Counts the free ports of the dynamic range, up to the number asked for. */
    private static long freeDynamic(List<PortRequest> requests, NodeResources node, BitSet ports, long asked) {
        long free = 0;
        for (int port = ports.nextClearBit(first(node));
                port <= last(node) && free < asked;
                port = ports.nextClearBit(port + 1)) {
            free += isAsked(requests, port) ? 0 : 1;
        }
        return free;
    }

    private static boolean isAsked(List<PortRequest> requests, int port) {
        for (PortRequest request : requests) {
            if (request.number() == port) {
                return true;
            }
        }
        return false;
    }

    private static int nextDynamic(BitSet ports, Set<Integer> given, NodeResources node, Seed seed) {
        int start = first(node) + seed.below(last(node) - first(node) + 1);
        int port = nextFree(ports, given, start);
        port = port <= last(node) ? port : nextFree(ports, given, first(node));
        if (port > last(node)) {
            throw new IllegalStateException("No port is free within %d and %d".formatted(first(node), last(node)));
        }
        return port;
    }

    private static int nextFree(BitSet ports, Set<Integer> given, int from) {
        int port = ports.nextClearBit(from);
        while (given.contains(port)) {
            port = ports.nextClearBit(port + 1);
        }
        return port;
    }

    private static int first(NodeResources node) {
        return Math.max(1, node.getMinDynamicPort());
    }

    private static int last(NodeResources node) {
        return Math.min(HIGHEST_PORT, node.getMaxDynamicPort());
    }
}
