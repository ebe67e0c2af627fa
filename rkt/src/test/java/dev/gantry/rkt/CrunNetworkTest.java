package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Networks of pods of the crun flavour. */
class CrunNetworkTest extends NetworkTest {

    @BeforeAll
    static void has_crun() {
        RktTest.require_crun();
    }

    @Override
    protected String flavor() {
        return "crun";
    }

    @Test
    void a_pod_joins_the_default_network_if_nothing_else_is_said() {
        String uuid = prepare("echo ready; exec sleep 600");
        rkt.runUntilReady(uuid);

        assertThat(enter(uuid, "/bin/ip", "-o", "-4", "addr")).contains("eth0", "inet 172.16.28.2/24");
        assertThat(enter(uuid, "/bin/ip", "route")).contains("default via 172.16.28.1 dev eth0");
        assertThat(rkt.call("status", uuid).out()).contains("networks=default:ip4=172.16.28.2\n");
        rkt.call("stop", uuid).succeeded();
        assertThat(host.traces()).isEqualTo("1 links, rules []");
    }
}
