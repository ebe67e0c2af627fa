package dev.gantry.api;

import dev.gantry.tls.ServerCertificates;
import dev.gantry.tls.ServerTls;
import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettySslContextServerCredentials;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import java.util.List;
import javax.net.ssl.SSLException;

/** Makes the server's TLS of Netty. gRPC's own credentials can't choose the versions of TLS. */
public final class TlsTransport {

    private TlsTransport() {}

    /**
     * Makes the credentials of a server. A caller that shows a certificate must show a valid one of the CA.
     *
     * @param settings the versions, and whether each caller must show a certificate
     * @param certificates the certificates, which may change later
     * @return the credentials
     */
    public static ServerCredentials credentials(ServerTls settings, ServerCertificates certificates) {
        List<String> versions =
                settings.oldest() == ServerTls.Version.TLS_1_2 ? List.of("TLSv1.3", "TLSv1.2") : List.of("TLSv1.3");
        try {
            return NettySslContextServerCredentials.create(
                    GrpcSslContexts.configure(SslContextBuilder.forServer(certificates.keys()))
                            .protocols(versions)
                            .trustManager(certificates.trust())
                            .clientAuth(settings.isClientVerified() ? ClientAuth.REQUIRE : ClientAuth.OPTIONAL)
                            .build());
        } catch (SSLException e) {
            throw new IllegalStateException("Netty can't use TLS on this machine", e);
        }
    }
}
