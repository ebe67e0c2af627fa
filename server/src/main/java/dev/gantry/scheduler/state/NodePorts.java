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

/** The ports of one node that are taken: a bitmap for each of its addresses. It nearly always has one. */
final class NodePorts {

    private static final int HIGHEST_PORT = 65535;

    private final Map<String, BitSet> taken;

    /** How many are taken, of whatever address. */
    private int count;

    /** Addresses whose bitmap belongs to what this is a copy of: it is copied before it is changed. */
    private final Set<String> borrowed;

    NodePorts() {
        this.taken = new HashMap<>();
        this.borrowed = new HashSet<>();
    }

    private NodePorts(NodePorts other) {
        this.taken = new HashMap<>(other.taken);
        this.borrowed = new HashSet<>(other.taken.keySet());
        this.count = other.count;
    }

    /** The same ports, that can be taken and freed without any effect on these. These must not change meanwhile. */
    NodePorts copy() {
        return new NodePorts(this);
    }

    /** Lets copies that exist be read by other threads: from now on each bitmap is copied before it is changed. */
    void lend() {
        borrowed.addAll(taken.keySet());
    }

    void take(AllocatedPort port) {
        BitSet ports = of(port.getIp());
        count += ports.get(port.getPort()) ? 0 : 1;
        ports.set(port.getPort());
    }

    void free(AllocatedPort port) {
        BitSet ports = of(port.getIp());
        count -= ports.get(port.getPort()) ? 1 : 0;
        ports.clear(port.getPort());
        if (ports.isEmpty()) {
            taken.remove(port.getIp());
        }
    }

    /** What is lacking to give a node's ports to a group; empty if they can be given. */
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
        long free = isRoomy(requests, node) ? asked : freeDynamic(requests, node, ports, asked);
        if (free < asked) {
            shortages.add(new Shortage("dynamic ports", asked, free, ""));
        }
        return shortages;
    }

    /**
     * Chooses ports for an allocation. Does not take them.
     *
     * @param requests the ports that are asked for; {@link #shortages} found nothing
     * @param node the node's address and range
     * @param seed where in the range to begin to look. The same seed gives the same ports where it can: an allocation
     *     that takes another's place tends to get its ports, and no other job a port that was just freed.
     * @return the ports in the order of the asks
     */
    List<AllocatedPort> choose(List<PortRequest> requests, NodeResources node, Seed seed) {
        if (requests.isEmpty()) {
            return List.of();
        }
        BitSet ports = takenOn(node.getIp());
        Set<Integer> given = new HashSet<>();
        // First, so that no dynamic port is one of them.
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

    /** Those of an address, to be changed. */
    private BitSet of(String ip) {
        if (borrowed.remove(ip)) {
            taken.computeIfPresent(ip, (same, ports) -> (BitSet) ports.clone());
        }
        return taken.computeIfAbsent(ip, unseen -> new BitSet());
    }

    /** Whether enough is free of the dynamic range, whatever is taken: no need to look which ports. */
    private boolean isRoomy(List<PortRequest> requests, NodeResources node) {
        return last(node) - first(node) + 1 - count >= requests.size();
    }

    /** How many ports of the range are free, counted up to as many as are asked for. */
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
