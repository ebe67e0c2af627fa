package dev.gantry.node.check;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/**
 * The request of an HTTP check.
 *
 * @param address the address of the service
 * @param security whether the request uses TLS
 * @param method the HTTP method, such as GET
 * @param path the path, which begins with /
 * @param headers the headers, each with its values
 */
public record HttpCheckRequest(
        InetSocketAddress address,
        ProbeSecurity security,
        String method,
        String path,
        Map<String, List<String>> headers) {

    /** Copies the headers. */
    public HttpCheckRequest {
        headers = Map.copyOf(headers);
    }
}
