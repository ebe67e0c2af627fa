package dev.gantry.driver.rkt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HostEnvironmentTest {

    @Test
    void rkt_sees_proxies_and_certificate_authorities_and_no_secret_of_the_node() {
        Map<String, String> seen = HostEnvironment.forRkt(Map.of(
                "PATH", "/bin",
                "https_proxy", "http://proxy:3128",
                "SSL_CERT_FILE", "/etc/ca.pem",
                "SSL_CERT_DIR", "/etc/ca",
                "AWS_SECRET_ACCESS_KEY", "secret"));

        assertThat(seen)
                .containsOnlyKeys("PATH", "https_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR")
                .containsEntry("SSL_CERT_FILE", "/etc/ca.pem");
    }

    @Test
    void rkt_has_a_search_path_although_the_node_has_none() {
        assertThat(HostEnvironment.forRkt(Map.of())).containsOnlyKeys("PATH");
    }
}
