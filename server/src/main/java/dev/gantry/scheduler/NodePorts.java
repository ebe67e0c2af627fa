package dev.gantry.scheduler;

import dev.gantry.scheduler.GroupAsk.PortAsk;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.NodeResources;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ports of one node that are taken: a bitmap for each of its addresses. It nearly always has one. */
final class NodePorts {

    private static final int HIGHEST_PORT = 65535;

    private final Map<String, BitSet> taken;

    NodePorts() {
        this.taken = new HashMap<>();
    }

    private NodePorts(NodePorts other) {
        this.taken = new HashMap<>(other.taken);
        taken.replaceAll((ip, ports) -> (BitSet) ports.clone());
    }

    NodePorts copy() {
        return new NodePorts(this);
    }

    void take(AllocatedPort port) {
        of(port.getIp()).set(port.getPort());
    }

    void free(AllocatedPort port) {
        BitSet ports = of(port.getIp());
        ports.clear(port.getPort());
        if (ports.isEmpty()) {
            taken.remove(port.getIp());
        }
    }

    /** What is lacking to give a node's ports to a group; empty if they can be given. */
    List<Shortage> shortages(List<PortAsk> asks, NodeResources node) {
        if (asks.isEmpty()) {
            return List.of();
        }
        BitSet ports = takenOn(node.getIp());
        List<Shortage> shortages = new ArrayList<>();
        long asked = 0;
        for (PortAsk ask : asks) {
            asked += ask.isStatic() ? 0 : 1;
            if (ask.isStatic() && ports.get(ask.number())) {
                shortages.add(new Shortage("port " + ask.number(), 1, 0, ""));
            }
        }
        long free = asked == 0 ? 0 : freeDynamic(asks, node, ports, asked);
        if (free < asked) {
            shortages.add(new Shortage("dynamic ports", asked, free, ""));
        }
        return shortages;
    }

    /**
     * Chooses ports for an allocation. Does not take them.
     *
     * @param asks the ports that are asked for; {@link #shortages} found nothing
     * @param node the node's address and range
     * @param seed where in the range to begin to look. The same seed gives the same ports where it can: an allocation
     *     that takes another's place tends to get its ports, and no other job a port that was just freed.
     * @return the ports in the order of the asks
     */
    List<AllocatedPort> choose(List<PortAsk> asks, NodeResources node, Seed seed) {
        if (asks.isEmpty()) {
            return List.of();
        }
        BitSet ports = (BitSet) takenOn(node.getIp()).clone();
        // First, so that no dynamic port is one of them.
        asks.stream().filter(PortAsk::isStatic).forEach(ask -> ports.set(ask.number()));
        List<AllocatedPort> chosen = new ArrayList<>();
        for (PortAsk ask : asks) {
            int number = ask.isStatic() ? ask.number() : nextDynamic(ports, node, seed.with(ask.label()));
            ports.set(number);
            chosen.add(AllocatedPort.newBuilder()
                    .setTask(ask.task())
                    .setLabel(ask.label())
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

    private BitSet of(String ip) {
        return taken.computeIfAbsent(ip, unseen -> new BitSet());
    }

    /** How many ports of the range are free, counted up to as many as are asked for. */
    private static long freeDynamic(List<PortAsk> asks, NodeResources node, BitSet ports, long asked) {
        long free = 0;
        for (int port = nextFree(ports, first(node));
                port <= last(node) && free < asked;
                port = nextFree(ports, port + 1)) {
            free += isAsked(asks, port) ? 0 : 1;
        }
        return free;
    }

    private static boolean isAsked(List<PortAsk> asks, int port) {
        for (PortAsk ask : asks) {
            if (ask.number() == port) {
                return true;
            }
        }
        return false;
    }

    private static int nextDynamic(BitSet ports, NodeResources node, Seed seed) {
        int start = first(node) + seed.below(last(node) - first(node) + 1);
        int port = nextFree(ports, start);
        port = port <= last(node) ? port : nextFree(ports, first(node));
        if (port > last(node)) {
            throw new IllegalStateException("No port is free within %d and %d".formatted(first(node), last(node)));
        }
        return port;
    }

    private static int nextFree(BitSet ports, int from) {
        return ports.nextClearBit(from);
    }

    private static int first(NodeResources node) {
        return Math.max(1, node.getMinDynamicPort());
    }

    private static int last(NodeResources node) {
        return Math.min(HIGHEST_PORT, node.getMaxDynamicPort());
    }
}
