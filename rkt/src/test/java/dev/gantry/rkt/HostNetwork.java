package dev.gantry.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A network namespace that is a host to pods, so that links and rules of the machine itself are never touched. */
final class HostNetwork implements AutoCloseable {

    /** Reads what a TCP server says, or sends a datagram and reads the answer: no module of Perl is needed. */
    private static final String CLIENT = """
            my ($type, $address, $port) = @ARGV;
            $SIG{ALRM} = sub { exit 1 };
            alarm 10;
            socket(my $socket, 2, $type, 0) or die;
            connect($socket, pack('S n a4 x8', 2, $port, pack('C4', split /\\./, $address))) or die "connect: $!\\n";
            syswrite($socket, 'x') if $type == 2;
            sysread($socket, my $answer, 1000) or die "read: $!\\n";
            print $answer;
            """;

    private final Path namespace;

    HostNetwork(Path directory) {
        this.namespace = directory.resolve("host-network");
        try {
            Files.createFile(namespace);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(run("unshare", "--net=" + namespace, "ip", "link", "set", "lo", "up"))
                .isEmpty();
    }

    /** Returns the words that run a command in this network. */
    List<String> prefix() {
        return List.of("nsenter", "--net=" + namespace);
    }

    /** Runs a command in this network; returns its output. */
    String call(String... command) {
        List<String> words = new ArrayList<>(prefix());
        words.addAll(Arrays.asList(command));
        return run(words.toArray(String[]::new));
    }

    /** Connects to a server from this host; returns what it sends. */
    String tcp(String address, int port) {
        return call("perl", "-e", CLIENT, "1", address, Integer.toString(port));
    }

    /** Sends a datagram from this host; returns the answer. */
    String udp(String address, int port) {
        return call("perl", "-e", CLIENT, "2", address, Integer.toString(port));
    }

    /** Interfaces and rules: all that pods could leave behind, but for what a first rule makes once. */
    String traces() {
        String rules = call("sh", "-c", "iptables-save")
                .lines()
                .filter(line -> line.startsWith("-A") || (line.startsWith(":") && !line.contains(" ACCEPT ")))
                .toList()
                .toString();
        return call("ip", "-o", "link", "show").lines().count() + " links, rules " + rules;
    }

    @Override
    public void close() {
        run("umount", namespace.toString());
    }

    private static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
