package dev.gantry.rkt.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentProxiesTest {

    private final EnvironmentProxies proxies = new EnvironmentProxies(Map.of(
            "HTTPS_PROXY", "http://secure.example:3128",
            "http_proxy", "plain.example",
            "NO_PROXY", "internal.example, .corp.example,10.0.0.1:81"));

    @ParameterizedTest
    @CsvSource({
        "https://example.com/x, HTTP @ secure.example/<unresolved>:3128",
        "http://example.com/x, HTTP @ plain.example/<unresolved>:80",
        "https://internal.example/x, DIRECT",
        "https://a.internal.example/x, DIRECT",
        "https://notinternal.example/x, HTTP @ secure.example/<unresolved>:3128",
        "https://a.corp.example/x, DIRECT",
        "https://corp.example/x, HTTP @ secure.example/<unresolved>:3128",
        "http://10.0.0.1:81/x, DIRECT",
        "http://10.0.0.1:82/x, HTTP @ plain.example/<unresolved>:80",
        "http://localhost:5000/x, DIRECT",
        "http://127.0.0.1:5000/x, DIRECT"
    })
    void the_proxy_of_the_environment_is_used_where_it_is_meant(String url, String proxy) {
        assertThat(proxies.select(URI.create(url))).hasToString("[" + proxy + "]");
    }
}
