package dev.gantry.client;

import static org.assertj.core.api.Assertions.assertThat;

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
}
