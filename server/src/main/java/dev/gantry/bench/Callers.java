package dev.gantry.bench;

import dev.gantry.client.GantryClient;
import dev.gantry.client.TlsOptions;
import dev.gantry.tls.CertificateAuthority;
import dev.gantry.tls.CertificateAuthority.Identity;
import dev.gantry.tls.CertificateAuthority.Subject;
import dev.gantry.tls.CertificateRole;
import dev.gantry.tls.PemFiles;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Holds the credentials of the clients and the nodes of a measured server: none, tokens, or tokens and certificates of a CA.
 */
final class Callers {

    private static final Duration VALIDITY = Duration.ofDays(1);
    private static final Metadata.Key<String> NODE_ID = key("gantry-node-id");
    private static final Metadata.Key<String> NODE_SECRET = key("gantry-node-secret");
    private static final Metadata.Key<String> AUTHORIZATION = key("authorization");

    private final Security security;
    private final Path data;
    private final Path files;
    private final Optional<CertificateAuthority> authority;

    private Callers(Security security, Path data, Path files, Optional<CertificateAuthority> authority) {
        this.security = security;
        this.data = data;
        this.files = files;
        this.authority = authority;
    }

    /**
     * Makes the CA and its certificates, if there are to be any.
     *
     * @param security how the server knows its callers
     * @param directory where the files go
     * @param data the data directory of the server
     */
    static Callers of(Security security, Path directory, Path data) throws IOException {
        Path files = directory.resolve("tls");
        if (security != Security.TLS) {
            return new Callers(security, data, files, Optional.empty());
        }
        Files.createDirectories(files);
        CertificateAuthority authority = CertificateAuthority.create(
                "Benchmark", VALIDITY.multipliedBy(2), InstantSource.system(), new SecureRandom());
        Callers callers = new Callers(security, data, files, Optional.of(authority));
        PemFiles.writeNew(callers.file("ca.crt"), authority.identity().chain());
        callers.write(
                "server",
                authority.issue(new Subject(new CertificateRole.Server(), List.of(), List.of("127.0.0.1")), VALIDITY));
        callers.write("client", authority.issue(new Subject(new CertificateRole.Client()), VALIDITY));
        return callers;
    }

    /** The options of {@code gantry server}. */
    List<String> serverOptions() {
        return switch (security) {
            case NONE -> List.of("--insecure");
            case TOKENS -> List.of();
            case TLS ->
                List.of(
                        "--tls-cert",
                        file("server.crt").toString(),
                        "--tls-key",
                        file("server.key").toString(),
                        "--tls-ca",
                        file("ca.crt").toString(),
                        "--tls-verify-client");
        };
    }

    /** Returns a client with a management token and a certificate, as far as the server wants them. The caller closes it. */
    GantryClient client(String address) {
        GantryClient.Builder client = GantryClient.builder().address(address);
        if (security != Security.NONE) {
            client.tokenFile(token("management"));
        }
        if (security == Security.TLS) {
            client.tls(TlsOptions.SYSTEM.authority(file("ca.crt")).identity(file("client.crt"), file("client.key")));
        }
        return client.build();
    }

    /** Returns true if each node needs a connection of its own: a certificate is one of a connection. */
    boolean areNodesCertified() {
        return security == Security.TLS;
    }

    /** Returns the credentials of a connection of the node with this name. */
    ChannelCredentials nodeChannel(String name) throws IOException {
        if (authority.isEmpty()) {
            return InsecureChannelCredentials.create();
        }
        Identity node = authority.get().issue(new Subject(new CertificateRole.Node(name)), VALIDITY);
        AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
        keys.updateIdentityCredentials(node.chain().toArray(X509Certificate[]::new), node.key());
        return TlsChannelCredentials.newBuilder()
                .keyManager(keys)
                .trustManager(file("ca.crt").toFile())
                .build();
    }

    /** Returns the headers of a node's session. */
    Metadata nodeHeaders(String id, String secret) throws IOException {
        Metadata headers = new Metadata();
        headers.put(NODE_ID, id);
        headers.put(NODE_SECRET, secret);
        if (security != Security.NONE) {
            headers.put(
                    AUTHORIZATION, "Bearer " + Files.readString(token("join")).strip());
        }
        return headers;
    }

    private Path token(String name) {
        return data.resolve("server").resolve(name + ".token");
    }

    private Path file(String name) {
        return files.resolve(name);
    }

    private void write(String name, Identity identity) {
        PemFiles.writeNew(file(name + ".key"), identity.key());
        PemFiles.writeNew(file(name + ".crt"), identity.chain());
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
