package dev.gantry.node.session;

import com.google.common.base.Throwables;
import io.grpc.Status;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Says in plain words why a node has no connection, and what to do. The texts of gRPC and of TLS name no remedy. */
final class ConnectionFault {

    private static final Pattern NO_TLS = Pattern.compile("not an ssl/tls record");
    private static final Pattern DEMANDED = Pattern.compile("certificate_required");
    private static final Pattern REFUSED = Pattern.compile("_alert_");
    private static final Pattern OTHER_NAME = Pattern.compile("no name matching|no subject alternative");
    private static final Pattern OTHER_TIME = Pattern.compile("notbefore|notafter|validity check failed");
    /** How Netty begins the failure of a system call. */
    private static final Pattern SYSTEM_CALL = Pattern.compile("^\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): ");

    private static final Pattern UNTRUSTED = Pattern.compile("certification path|trust anchors|certpath");

    private ConnectionFault() {}

    /**
     * Describes how a connection has failed.
     *
     * @param why the status
     * @param isEncrypted true if the node has used TLS
     * @return a clause for a log, the advice included if there is any
     */
    static String describe(Status why, boolean isEncrypted) {
        // The lines after the first one list the handlers of the channel.
        String text = why.getDescription() == null
                ? why.getCode().name()
                : why.getCode() + ": "
                        + why.getDescription().lines().findFirst().orElse("");
        return text
                + cause(why)
                + advice(why, isEncrypted).map(remedy -> ". " + remedy).orElse("");
    }

    private static Optional<String> advice(Status why, boolean isEncrypted) {
        if (why.getCode() != Status.Code.UNAVAILABLE) {
            return Optional.empty();
        }
        if (!isEncrypted) {
            boolean isClosed = why.getCause() == null
                    && why.getDescription() != null
                    && why.getDescription().startsWith("Network closed");
            return isClosed
                    ? Optional.of(
                            "If the server uses TLS, start the node with --join-token-file FILE, a copy of the server's"
                                    + " DATA_DIR/server/join.token, or with --ca-file FILE")
                    : Optional.empty();
        }
        if (why.getCause() == null) {
            return Optional.empty();
        }
        String causes = Throwables.getCausalChain(why.getCause()).stream()
                .map(cause -> String.valueOf(cause.getMessage()))
                .collect(Collectors.joining("\n"))
                .toLowerCase(Locale.ROOT);
        return ofTls(causes);
    }

    private static Optional<String> ofTls(String causes) {
        if (NO_TLS.matcher(causes).find()) {
            return Optional.of(
                    "The server does not use TLS: start it with --tls. If it shall not use TLS any more, start the"
                            + " node without --ca-file and https://, and delete certificate.pem in its data directory");
        }
        if (DEMANDED.matcher(causes).find()) {
            return Optional.of(
                    "The server demands a certificate of all callers (--tls-verify-client): make one with gantry"
                            + " tls cert create --node NAME, and say --cert-file FILE and --key-file FILE");
        }
        if (REFUSED.matcher(causes).find()) {
            return Optional.of(
                    "The server does not accept the node's certificate: it must be of the server's CA and must not"
                            + " have expired. One that the server has issued is renewed now; replace the files of --cert-file and"
                            + " --key-file");
        }
        if (OTHER_NAME.matcher(causes).find()) {
            return Optional.of(
                    "The server's certificate is not for the name in --servers: use a name in it; gantry server"
                            + " --tls-name NAME adds a name or an IP address");
        }
        if (OTHER_TIME.matcher(causes).find()) {
            return Optional.of(
                    "The server's certificate is not valid by this machine's clock: compare the clocks of both"
                            + " machines, and renew the certificate if it has expired");
        }
        return UNTRUSTED.matcher(causes).find()
                ? Optional.of("The server's certificate is not of a CA that the node trusts: say --ca-file FILE, or"
                        + " --join-token-file FILE with a token of this server")
                : Optional.empty();
    }

    /** Returns the cause, after a colon. gRPC says no more than "io exception" of most causes. */
    private static String cause(Status why) {
        String cause = why.getCause() == null
                ? null
                : Throwables.getRootCause(why.getCause()).getMessage();
        return cause == null ? "" : ": " + SYSTEM_CALL.matcher(cause).replaceFirst("");
    }
}
