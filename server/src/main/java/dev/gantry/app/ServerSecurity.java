package dev.gantry.app;

import dev.gantry.api.TlsTransport;
import dev.gantry.tls.OwnCertificates;
import dev.gantry.tls.ServerCertificates;
import dev.gantry.tls.ServerTls;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What a server shows of itself over TLS, and whom it trusts.
 *
 * @param settings how the server uses TLS; empty without TLS
 * @param own makes the certificates; empty if they are the operator's, or without TLS
 * @param certificates the certificates; empty without TLS
 */
record ServerSecurity(
        Optional<ServerTls> settings, Optional<OwnCertificates> own, Optional<ServerCertificates> certificates) {

    /**
     * Reads the operator's files, or makes the server's own. No other process may make the files at the same time.
     *
     * @throws dev.gantry.tls.TlsException if a file can't be used
     */
    static ServerSecurity open(Optional<ServerTls> settings, InstantSource clock) {
        Optional<OwnCertificates> own = settings.flatMap(tls -> tls.ownNames()
                .map(names -> OwnCertificates.open(
                        tls.authority().toAbsolutePath().getParent(), names, clock, new SecureRandom())));
        return new ServerSecurity(settings, own, settings.map(tls -> ServerCertificates.load(tls, clock)));
    }

    /** Returns how the server meets its callers. */
    ServerCredentials ofServer() {
        return certificates
                .map(read -> TlsTransport.credentials(settings.orElseThrow(), read))
                .orElseGet(InsecureServerCredentials::create);
    }

    /** Returns how the server calls another one, which has a certificate of the same CA. */
    ChannelCredentials toOtherServers() {
        return certificates
                .<ChannelCredentials>map(read -> TlsChannelCredentials.newBuilder()
                        .keyManager(read.keys())
                        .trustManager(read.trust())
                        .build())
                .orElseGet(InsecureChannelCredentials::create);
    }

    /** Renews the server's own certificate if it is due. */
    void renew() {
        own.ifPresent(OwnCertificates::renew);
    }

    /** Uses files that have changed. */
    void reload() {
        certificates.ifPresent(ServerCertificates::reload);
    }
}
