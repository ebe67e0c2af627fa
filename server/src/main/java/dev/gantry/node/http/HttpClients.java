package dev.gantry.node.http;

import java.net.http.HttpClient;

/** Makes the HTTP clients of a node. */
public final class HttpClients {

    private static final String RESTRICTED_HEADERS = "jdk.httpclient.allowRestrictedHeaders";

    static {
        // Many services choose by the header Host what they answer to a check. Java allows to set it only by this
        // property,
        // which it reads once, with the first client of the process.
        if (System.getProperty(RESTRICTED_HEADERS) == null) {
            System.setProperty(RESTRICTED_HEADERS, "host");
        }
    }

    private HttpClients() {}

    /**
     * Begins a client that speaks HTTP/1.1 and follows no redirect by itself.
     *
     * @return a builder
     */
    public static HttpClient.Builder builder() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).followRedirects(HttpClient.Redirect.NEVER);
    }
}
