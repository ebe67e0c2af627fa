package dev.gantry.driver.rkt;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Selects the variables of the node's environment that rkt gets. Tasks do not get these variables. */
final class HostEnvironment {

    private static final List<String> PASSED_ON = List.of(
            "PATH",
            "HOME",
            "TMPDIR",
            // for the bundled runtime
            "JAVA_HOME",
            "http_proxy",
            "https_proxy",
            "no_proxy",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            // the certificate authorities for servers of images
            "SSL_CERT_FILE",
            "SSL_CERT_DIR");

    private static final String USUAL_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private HostEnvironment() {}

    /**
     * Selects the variables for rkt: the search path, directories, and proxies.
     *
     * @param host the whole environment of the node
     * @return the variables for rkt; always with a PATH
     */
    static Map<String, String> forRkt(Map<String, String> host) {
        Map<String, String> passed = new TreeMap<>(host);
        passed.keySet().retainAll(PASSED_ON);
        passed.putIfAbsent("PATH", USUAL_PATH);
        return passed;
    }
}
