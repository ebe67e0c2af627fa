package dev.gantry.app;

import dev.gantry.api.CallLimits;
import dev.gantry.api.CallLimits.Limit;
import picocli.CommandLine.Option;

/** The command line options that limit what callers may ask of a server. */
final class LimitServerOptions {

    private static final Limit TOKEN = CallLimits.DEFAULT.token();
    private static final Limit PEER = CallLimits.DEFAULT.peer();

    @Option(
            names = "--token-calls",
            paramLabel = "N",
            description = "The most calls in a second of the callers with one token; 0: any number."
                    + " Management tokens have no limit. Default: ${DEFAULT-VALUE}.")
    private int tokenCalls = TOKEN.calls();

    @Option(
            names = "--token-streams",
            paramLabel = "N",
            description = "The most open streams of the callers with one token; 0: any number."
                    + " Management tokens have no limit. Default: ${DEFAULT-VALUE}.")
    private int tokenStreams = TOKEN.streams();

    @Option(
            names = "--token-mib",
            paramLabel = "N",
            description =
                    "The most MiB of requests and answers in a second of the callers with one token; 0: any number."
                            + " Management tokens have no limit. Default: ${DEFAULT-VALUE}.")
    private int tokenMebibytes = TOKEN.mebibytes();

    @Option(
            names = "--peer-calls",
            paramLabel = "N",
            description =
                    "The most calls in a second of the callers from one IPv4 address, or one /64 network of IPv6; 0: any number."
                            + " Callers of the server's machine have no limit. Default: ${DEFAULT-VALUE}.")
    private int peerCalls = PEER.calls();

    @Option(
            names = "--peer-streams",
            paramLabel = "N",
            description =
                    "The most open streams of the callers from one IPv4 address, or one /64 network of IPv6; 0: any number."
                            + " Callers of the server's machine have no limit. Default: ${DEFAULT-VALUE}.")
    private int peerStreams = PEER.streams();

    @Option(
            names = "--peer-mib",
            paramLabel = "N",
            description =
                    "The most MiB of requests and answers in a second of the callers from one IPv4 address, or one /64 network of IPv6; 0: any number."
                            + " Callers of the server's machine have no limit. Default: ${DEFAULT-VALUE}.")
    private int peerMebibytes = PEER.mebibytes();

    /**
     * Makes the limits.
     *
     * @throws IllegalArgumentException if a value is negative
     */
    CallLimits toLimits() {
        return new CallLimits(
                limit("--token", tokenCalls, tokenStreams, tokenMebibytes),
                limit("--peer", peerCalls, peerStreams, peerMebibytes));
    }

    private static Limit limit(String options, int calls, int streams, int mebibytes) {
        if (calls < 0 || streams < 0 || mebibytes < 0) {
            throw new IllegalArgumentException(
                    "%s-calls, %s-streams and %s-mib must be 0 or more".formatted(options, options, options));
        }
        return new Limit(calls, streams, mebibytes);
    }
}
