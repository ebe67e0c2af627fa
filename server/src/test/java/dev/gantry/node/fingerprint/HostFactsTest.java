package dev.gantry.node.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostFactsTest {

    @TempDir
    Path root;

    @Test
    void attributes_have_nomads_names() throws IOException {
        write("etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n");
        write("proc/cpuinfo", "processor\t: 0\nmodel name\t: AMD EPYC\ncpu MHz\t\t: 2445.412\n\nprocessor\t: 1\n");
        write("proc/sys/kernel/hostname", "alpha\n");

        HostFacts facts = HostFacts.read(root, "10.0.0.7", "1.2.3");

        int cores = facts.cpu().cores();
        assertThat(facts.attributes())
                .contains(
                        entry("kernel.name", "linux"),
                        entry("os.name", "debian"),
                        entry("os.version", "12"),
                        entry("unique.hostname", "alpha"),
                        entry("unique.network.ip-address", "10.0.0.7"),
                        entry("gantry.version", "1.2.3"),
                        entry("cpu.modelname", "AMD EPYC"),
                        entry("cpu.frequency", "2445"),
                        entry("cpu.numcores", Integer.toString(cores)),
                        entry("cpu.totalcompute", Integer.toString(2445 * cores)))
                .containsKeys("kernel.version", "arch", "cpu.arch", "memory.totalbytes");
        assertThat(facts.memoryBytes()).isPositive();
    }

    @Test
    void takes_the_highest_frequency_of_a_core_and_not_the_current_one() throws IOException {
        write("proc/cpuinfo", "cpu MHz : 800.0\n");
        write("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "3600000\n");

        assertThat(Cpu.read(root, 4).frequency()).isEqualTo(3600);
        assertThat(Cpu.read(root, 4).total()).isEqualTo(14_400);
    }

    @Test
    void unknown_properties_give_no_attributes() {
        HostFacts facts = HostFacts.read(root, "127.0.0.1", "dev");

        assertThat(facts.attributes()).doesNotContainKeys("os.name", "os.version", "cpu.modelname");
        assertThat(facts.attributes()).contains(entry("cpu.frequency", "1000"), entry("unique.hostname", "localhost"));
    }

    @Test
    void the_address_of_the_default_route_belongs_to_this_machine() throws IOException {
        InetAddress address = InetAddress.getByName(HostAddress.ofDefaultRoute());

        assertThat(java.net.NetworkInterface.getByInetAddress(address)).isNotNull();
    }

    @Test
    void a_small_change_of_free_space_is_not_reported() {
        assertThat(new Disk.Space(1000, 500).isNear(new Disk.Space(1000, 460))).isTrue();
        assertThat(new Disk.Space(1000, 500).isNear(new Disk.Space(1000, 440))).isFalse();
        assertThat(new Disk.Space(1000, 500).isNear(new Disk.Space(2000, 500))).isFalse();
        assertThat(new Disk(root).space().total()).isPositive();
    }

    private void write(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
