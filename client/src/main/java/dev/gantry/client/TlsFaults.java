package dev.gantry.client;

import java.util.Locale;
import java.util.regex.Pattern;

/** Says in plain words why there is no connection with TLS, and what to do. The texts of TLS libraries name no remedy. */
final class TlsFaults {

    /** Netty's text, and Java's. */
    private static final Pattern NO_TLS = Pattern.compile("not an ssl/tls record|unrecognized ssl message");

    private static final Pattern CERTIFICATE_DEMANDED = Pattern.compile("certificate[_ ]required");

    /** Matches the texts of BoringSSL and of Java for an alert by which a server refuses its caller's certificate. */
    private static final Pattern CERTIFICATE_REFUSED = Pattern.compile("_alert_|received fatal alert");

    private static final Pattern OTHER_NAME =
            Pattern.compile("no name matching|no subject alternative|hostname .* not verified");

    private static final Pattern OTHER_TIME = Pattern.compile("notbefore|notafter|validity check failed");

    private TlsFaults() {}

    /**
     * Explains a failure.
     *
     * @param address the server's address
     * @param reason the text of the TLS library
     * @return one or two sentences
     */
    static String explain(String address, String reason) {
        String text = reason.toLowerCase(Locale.ROOT);
        String server =
                address.startsWith(ServerAddress.SECURE) ? address.substring(ServerAddress.SECURE.length()) : address;
        if (NO_TLS.matcher(text).find()) {
            return ("What listens at %s does not use TLS: if that is right, call it without https://, --ca-file and"
                            + " GANTRY_CACERT, and delete %s of its port in ~/.config/gantry/local if a killed server has"
                            + " left it")
                    .formatted(server, LocalCredentials.AUTHORITY);
        }
        if (CERTIFICATE_DEMANDED.matcher(text).find()) {
            return "The server at %s demands a certificate of its callers: name one of its CA, with --cert-file FILE and"
                            .formatted(server)
                    + " --key-file FILE, or identity of TlsOptions in the SDK";
        }
        if (CERTIFICATE_REFUSED.matcher(text).find()) {
            return ("The server at %s does not accept this client's certificate (%s): it must be of the CA that the server"
                            + " trusts, and must not have expired. Name another with --cert-file FILE and --key-file FILE")
                    .formatted(server, reason);
        }
        if (OTHER_NAME.matcher(text).find()) {
            return ("The certificate of the server at %s is not for that name (%s): call it by a name in its certificate;"
                            + " gantry server --tls-name NAME adds a name or an IP address")
                    .formatted(server, reason);
        }
        if (OTHER_TIME.matcher(text).find()) {
            return ("The certificate of the server at %s is not valid by this machine's clock (%s): compare the clocks of both"
                            + " machines, and renew the certificate if it has expired")
                    .formatted(server, reason);
        }
        return ("No TLS connection with %s: %s. Name the CA of the server's certificate with --ca-file FILE, GANTRY_CACERT, or"
                        + " authority of TlsOptions in the SDK; that of gantry server --tls is DATA_DIR/server/tls/ca.crt")
                .formatted(address, reason);
    }

    /**
     * Returns the advice for a connection with TLS that was closed before the server answered, by a transport that hides
     * what the server has said of the certificate.
     *
     * @return a clause
     */
    static String mayNeedCertificate() {
        return "it may demand a certificate of its callers, or not accept this client's: name one of its CA that has not"
                + " expired, with --cert-file FILE and --key-file FILE, or identity of TlsOptions in the SDK";
    }

    /**
     * Returns the advice for a connection without TLS that was closed before the server answered.
     *
     * @param address the server's address
     * @return a clause
     */
    static String mayNeedTls(String address) {
        return "if the server uses TLS, say %s%s, and name its CA with --ca-file FILE (authority of TlsOptions in the SDK)"
                .formatted(ServerAddress.SECURE, address);
    }
}
