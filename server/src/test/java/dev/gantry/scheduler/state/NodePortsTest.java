package dev.gantry.scheduler.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.scheduler.state.ResourceRequest.PortRequest;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.NodeResources;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class NodePortsTest {

    private static final NodeResources NODE = NodeResources.newBuilder()
            .setIp("10.0.0.1")
            .setMinDynamicPort(20000)
            .setMaxDynamicPort(20009)
            .build();

    /** 0 to 9: a static port of the dynamic range; 10: one outside; more: a dynamic one. */
    @Property(tries = 500)
    void no_port_is_given_twice_and_no_free_port_is_refused(
            @ForAll("requests") @Size(max = 30) List<Set<Integer>> requests, @ForAll long seed) {
        NodePorts ports = new NodePorts();
        Set<Integer> taken = new HashSet<>();
        for (Set<Integer> kinds : requests) {
            List<PortRequest> request =
                    kinds.stream().map(NodePortsTest::request).toList();
            boolean fits = fits(request, taken);

            assertThat(ports.shortages(request, NODE).isEmpty()).isEqualTo(fits);
            if (fits) {
                for (AllocatedPort given : ports.choose(request, NODE, new Seed(seed))) {
                    assertThat(taken.add(given.getPort()))
                            .as("port %d was free", given.getPort())
                            .isTrue();
                    ports.take(given);
                }
            }
        }
    }

    @Test
    void a_freed_port_can_be_given_again() {
        NodePorts ports = new NodePorts();
        List<PortRequest> request = List.of(new PortRequest("main", "http", 8080));
        AllocatedPort given = ports.choose(request, NODE, new Seed(1)).get(0);
        ports.take(given);

        assertThat(ports.shortages(request, NODE))
                .extracting(Shortage::dimension)
                .containsExactly("port 8080");
        ports.free(given);
        assertThat(ports.shortages(request, NODE)).isEmpty();
    }

    @Test
    void a_port_of_another_address_of_the_node_is_another_port() {
        NodePorts ports = new NodePorts();
        ports.take(AllocatedPort.newBuilder().setIp("10.0.0.2").setPort(8080).build());

        assertThat(ports.shortages(List.of(new PortRequest("main", "http", 8080)), NODE))
                .isEmpty();
    }

    @Test
    void ports_have_the_order_of_the_requests_whatever_their_kind() {
        List<PortRequest> requests = List.of(
                new PortRequest("a", "admin", 0),
                new PortRequest("a", "http", 20003),
                new PortRequest("b", "debug", 0));

        List<AllocatedPort> given = new NodePorts().choose(requests, NODE, new Seed(7));

        assertThat(given).extracting(AllocatedPort::getLabel).containsExactly("admin", "http", "debug");
        assertThat(given).extracting(AllocatedPort::getTask).containsExactly("a", "a", "b");
        assertThat(given.get(1).getPort()).isEqualTo(20003);
        assertThat(given).extracting(AllocatedPort::getIp).containsOnly("10.0.0.1");
    }

    @Test
    void a_node_that_names_no_range_has_no_dynamic_ports() {
        NodeResources none = NodeResources.newBuilder().setIp("10.0.0.1").build();

        assertThat(new NodePorts().shortages(List.of(new PortRequest("main", "http", 0)), none))
                .extracting(Shortage::dimension)
                .containsExactly("dynamic ports");
    }

    @Provide
    Arbitrary<List<Set<Integer>>> requests() {
        return Arbitraries.integers().between(0, 14).set().ofMaxSize(5).list();
    }

    private static PortRequest request(int kind) {
        int number = kind < 10 ? 20000 + kind : kind == 10 ? 8080 : 0;
        return new PortRequest("main", "port" + kind, number);
    }

    private static boolean fits(List<PortRequest> requests, Set<Integer> taken) {
        List<Integer> statics = requests.stream()
                .filter(PortRequest::isStatic)
                .map(PortRequest::number)
                .toList();
        Set<Integer> after = new HashSet<>(taken);
        if (!statics.stream().allMatch(after::add)) {
            return false;
        }
        List<Integer> free = new ArrayList<>();
        for (int port = 20000; port <= 20009; port++) {
            if (!after.contains(port)) {
                free.add(port);
            }
        }
        return requests.size() - statics.size() <= free.size();
    }
}
