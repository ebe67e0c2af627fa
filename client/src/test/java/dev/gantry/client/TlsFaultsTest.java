package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;

/** Tests what is said of causes that a test can't arrange between two programs of one machine. */
class TlsFaultsTest {

    @Test
    void clocks_that_differ_are_not_taken_for_a_ca_that_is_not_trusted() {
        assertThat(TlsFaults.explain("https://192.0.2.7:7470", "NotBefore: Sun Nov 29 12:00:00 UTC 2026"))
                .startsWith(
                        "The certificate of the server at 192.0.2.7:7470 is not valid by this machine's clock (NotBefore")
                .contains("compare the clocks of both machines")
                .doesNotContain("--ca-file");
    }

    @Test
    void a_server_that_cuts_off_a_caller_before_it_says_why_may_demand_a_certificate() {
        assertThat(broken("https://192.0.2.7:7470", "Broken pipe")).contains("--cert-file FILE and --key-file FILE");
        assertThat(broken("127.0.0.1:7470", "Broken pipe")).endsWith("broke: Broken pipe");
        assertThat(broken("https://192.0.2.7:7470", "Network is down")).endsWith("broke: Network is down");
    }

    private static String broken(String address, String reason) {
        Status status = Status.UNAVAILABLE.withDescription("io exception").withCause(new SocketException(reason));
        return Failures.toException(new StatusException(status), address).getMessage();
    }
}
