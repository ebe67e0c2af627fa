package dev.gantry.app;

import static dev.gantry.app.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.gantry.client.TlsOptions;
import dev.gantry.tls.CertificateAuthority;
import dev.gantry.tls.CertificateRequest;
import dev.gantry.tls.CertificateRole;
import dev.gantry.tls.PemFiles;
import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclServiceGrpc;
import dev.gantry.v1.AclServiceGrpc.AclServiceBlockingStub;
import dev.gantry.v1.AclTokenType;
import dev.gantry.v1.ApplyAclPolicyRequest;
import dev.gantry.v1.CreateAclTokenRequest;
import dev.gantry.v1.CreateAclTokenResponse;
import dev.gantry.v1.DeleteAclTokenRequest;
import dev.gantry.v1.IssueNodeCertificateRequest;
import dev.gantry.v1.IssueNodeCertificateResponse;
import dev.gantry.v1.NodeCertificateServiceGrpc;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests to whom a server issues certificates of nodes, and that each is good for the sessions of its node alone. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NodeCertificateServiceTest {

    @TempDir
    private Path dir;

    private final KeyPair keys = CertificateRequest.newKeys(new SecureRandom());
    private final FakeNode node = FakeNode.in("dc1", "n1");
    private OwnTlsServer server;

    @BeforeEach
    void start() throws IOException {
        server = OwnTlsServer.start(dir.resolve("data"));
    }

    @AfterEach
    void stop() {
        node.close();
        server.close();
    }

    @Test
    void a_join_token_gets_a_certificate_with_which_the_node_has_its_session() throws Exception {
        IssueNodeCertificateResponse issued = issue(node.headers(joinToken()), "n1");

        X509Certificate certificate = parse(issued.getChain(0));
        X509Certificate authority = parse(issued.getAuthority());
        certificate.verify(authority.getPublicKey());
        assertThat(authority).isEqualTo(PemFiles.readCertificates(server.ca()).get(0));
        assertThat(CertificateRole.of(certificate)).contains(new CertificateRole.Node("n1"));
        assertThat(certificate.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getNotAfter().toInstant())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(29)),
                        Instant.now().plus(Duration.ofDays(30)).plusSeconds(60));
        node.connect(channel(issued), node.headers(joinToken()));
        assertThat(node.session().isOpen()).isTrue();
    }

    @Test
    void nobody_gets_a_certificate_without_a_token_that_lets_nodes_join() throws Exception {
        AclServiceBlockingStub acl = AclServiceGrpc.newBlockingStub(server.management());
        CreateAclTokenResponse revoked = acl.createAclToken(CreateAclTokenRequest.newBuilder()
                .setType(AclTokenType.ACL_TOKEN_TYPE_JOIN)
                .build());
        assertThat(revoked.getSecret()).as("it names the CA, as the file does").matches("gantry_.*\\.[0-9a-f]{64}");
        assertThat(issue(node.headers(Optional.of(revoked.getSecret())), "n1").getChainCount())
                .isEqualTo(1);
        acl.deleteAclToken(DeleteAclTokenRequest.newBuilder()
                .setAccessorId(revoked.getToken().getAccessorId())
                .build());
        acl.applyAclPolicy(ApplyAclPolicyRequest.newBuilder()
                .setPolicy(AclPolicy.newBuilder().setName("nodes").setNode(AclAccess.ACL_ACCESS_WRITE))
                .build());
        String client = acl.createAclToken(CreateAclTokenRequest.newBuilder()
                        .setType(AclTokenType.ACL_TOKEN_TYPE_CLIENT)
                        .addPolicies("nodes")
                        .build())
                .getSecret();

        assertRefused(Status.Code.UNAUTHENTICATED, "has brought no join token", node.headers(Optional.empty()), "n1");
        assertRefused(Status.Code.UNAUTHENTICATED, "was deleted", node.headers(Optional.of(revoked.getSecret())), "n1");
        assertRefused(Status.Code.UNAUTHENTICATED, "is no join token", node.headers(Optional.of(client)), "n1");
        assertRefused(Status.Code.UNAUTHENTICATED, "needs the headers gantry-node-id", new Metadata(), "n1");
    }

    @Test
    void a_known_node_renews_by_its_secret_alone_and_for_its_own_name_only() throws Exception {
        join(node, "n1");

        assertThat(issue(node.headers(Optional.empty()), "n1").getChainCount()).isEqualTo(1);
        assertRefused(
                Status.Code.PERMISSION_DENIED,
                "is registered with the name \"n1\", and the certificate is that of node \"n2\"",
                node.headers(joinToken()),
                "n2");
        assertRefused(
                Status.Code.PERMISSION_DENIED,
                "is known with another secret",
                node.withSecret("guessed").headers(joinToken()),
                "n1");
    }

    @Test
    void the_name_of_a_node_that_is_not_down_is_not_given_to_another() throws Exception {
        join(node, "n1");
        FakeNode other = FakeNode.in("dc1", "n1");

        assertRefused(
                Status.Code.PERMISSION_DENIED,
                "Another node, which is not down, has the name \"n1\"",
                other.headers(joinToken()),
                "n1");
        assertThat(node.session().isOpen()).isTrue();
    }

    @Test
    void of_two_new_nodes_that_ask_for_one_name_at_the_same_time_one_joins() throws Exception {
        FakeNode other = FakeNode.in("dc1", "n1");
        Channel first = channel(issue(node.headers(joinToken()), "n1"));
        Channel second = channel(issue(other.headers(joinToken()), "n1"));

        node.connect(first, node.headers(joinToken()));
        Status refusal =
                other.connect(second, other.headers(joinToken())).session().end();

        assertThat(node.session().isOpen()).isTrue();
        assertThat(refusal.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refusal.getDescription()).contains("has the name \"n1\"");
    }

    @Test
    void who_has_stolen_the_id_and_secret_of_a_node_is_told_nothing_with_the_certificate_of_another() throws Exception {
        join(node, "n1");
        FakeNode thief = FakeNode.in("dc1", "n2");
        Channel own = channel(issue(thief.headers(joinToken()), "n2"));

        FakeNode stolen = node.named("n1");
        Status refusal =
                stolen.connect(own, node.headers(Optional.empty())).session().end();

        assertThat(refusal.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(refusal.getDescription())
                .contains("is registered with the name \"n1\", and the certificate is that of node \"n2\"");
        assertThat(stolen.session().identity()).as("what the server has said").isNull();
        assertThat(node.session().isOpen()).isTrue();
    }

    @Test
    void a_certificate_of_a_client_or_none_opens_no_session_even_with_the_secrets_of_a_node() throws Exception {
        join(node, "n1");
        CertificateAuthority authority =
                CertificateAuthority.load(server.ca(), server.caKey(), Instant::now, new SecureRandom());
        CertificateAuthority.Identity client =
                authority.issue(new CertificateAuthority.Subject(new CertificateRole.Client()), Duration.ofDays(1));
        PemFiles.writeNew(dir.resolve("client.crt"), client.chain());
        PemFiles.writeNew(dir.resolve("client.key"), client.key());
        Channel ofClient = server.channel(TlsOptions.SYSTEM
                .authority(server.ca())
                .identity(dir.resolve("client.crt"), dir.resolve("client.key")));

        for (Channel channel : new Channel[] {ofClient, server.channel()}) {
            FakeNode again = node.named("n1");
            Status refusal =
                    again.connect(channel, node.headers(joinToken())).session().end();
            assertThat(refusal.getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
            assertThat(again.session().identity()).isNull();
        }
        assertThat(node.session().isOpen()).isTrue();
    }

    @Test
    void the_audit_log_says_who_got_a_certificate_and_who_did_not() throws Exception {
        issue(node.headers(joinToken()), "n1");
        assertRefused(Status.Code.UNAUTHENTICATED, "no join token", node.headers(Optional.empty()), "n2");

        String call = "\"rpc\":\"gantry.v1.NodeCertificateService/IssueNodeCertificate\"";
        eventually()
                .untilAsserted(() -> assertThat(Files.readAllLines(server.auditLog()))
                        .anySatisfy(line -> assertThat(line)
                                .contains(
                                        call,
                                        "\"token_type\":\"join\"",
                                        "\"node_id\":\"%s\"".formatted(node.id()),
                                        "\"node_name\":\"n1\"",
                                        "\"status\":\"OK\""))
                        .anySatisfy(line -> assertThat(line)
                                .contains(call, "\"node_name\":\"n2\"", "\"status\":\"UNAUTHENTICATED\"")));
    }

    @Test
    void a_malformed_request_is_refused_by_name_of_its_field() throws Exception {
        byte[] good = CertificateRequest.make(keys);
        byte[] forged = good.clone();
        forged[forged.length - 1] ^= 1;
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        KeyPair rsaKeys = rsa.generateKeyPair();
        byte[] ofRsa = new JcaPKCS10CertificationRequestBuilder(new X500Name(""), rsaKeys.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withRSA").build(rsaKeys.getPrivate()))
                .getEncoded();

        assertMalformed(new byte[0], "is no PKCS #10 request");
        assertMalformed(new byte[] {0x30, (byte) 0x84, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff}, "is no PKCS #10");
        assertMalformed(Arrays.copyOf(good, good.length / 2), "is no PKCS #10 request");
        assertMalformed(Arrays.copyOf(good, 5000), "has 5000 bytes, and may have 4096");
        assertMalformed(forged, "");
        assertMalformed(ofRsa, "has a key that is not of ECDSA");
        assertRefused(Status.Code.INVALID_ARGUMENT, "node_name", node.headers(joinToken()), "a/b");
        assertRefused(Status.Code.INVALID_ARGUMENT, "node_name", node.headers(joinToken()), "");
    }

    @Test
    void a_server_without_a_ca_of_its_own_says_how_the_node_gets_a_certificate() throws Exception {
        try (TlsCluster cluster = new TlsCluster(dir.resolve("operators")).start(false)) {
            StatusRuntimeException refusal = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> issue(
                            cluster.channel(TlsOptions.SYSTEM.authority(cluster.ca())),
                            node.headers(Optional.empty()),
                            "n1",
                            CertificateRequest.make(keys)));

            assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.FAILED_PRECONDITION);
            assertThat(refusal.getStatus().getDescription())
                    .contains("gantry tls cert create --node n1", "--cert-file and --key-file");
        }
    }

    private void join(FakeNode joining, String name) throws Exception {
        joining.connect(channel(issue(joining.headers(joinToken()), name)), joining.headers(joinToken()));
        assertThat(joining.session().isOpen()).isTrue();
    }

    /** Returns a connection that shows the certificate. */
    private Channel channel(IssueNodeCertificateResponse issued) throws Exception {
        Path certificate = dir.resolve(parse(issued.getChain(0)).getSerialNumber() + ".crt");
        Path key = dir.resolve(certificate.getFileName() + ".key");
        PemFiles.writeNew(certificate, List.of(parse(issued.getChain(0))));
        PemFiles.writeNew(key, keys.getPrivate());
        return server.channel(TlsOptions.SYSTEM.authority(server.ca()).identity(certificate, key));
    }

    private Optional<String> joinToken() throws IOException {
        return Optional.of(server.joinToken());
    }

    private IssueNodeCertificateResponse issue(Metadata headers, String name) {
        return issue(server.channel(), headers, name, CertificateRequest.make(keys));
    }

    private static IssueNodeCertificateResponse issue(Channel channel, Metadata headers, String name, byte[] request) {
        return NodeCertificateServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .issueNodeCertificate(IssueNodeCertificateRequest.newBuilder()
                        .setNodeName(name)
                        .setRequest(ByteString.copyFrom(request))
                        .build());
    }

    private void assertRefused(Status.Code code, String why, Metadata headers, String name) {
        StatusRuntimeException refusal = catchThrowableOfType(StatusRuntimeException.class, () -> issue(headers, name));
        assertThat(refusal).as(why).isNotNull();
        assertThat(refusal.getStatus().getCode()).isEqualTo(code);
        assertThat(refusal.getStatus().getDescription()).contains(why);
    }

    private void assertMalformed(byte[] request, String why) throws IOException {
        Metadata headers = node.headers(joinToken());
        StatusRuntimeException refusal = catchThrowableOfType(
                StatusRuntimeException.class, () -> issue(server.channel(), headers, "n1", request));
        assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal.getStatus().getDescription()).startsWith("request: ").contains(why);
    }

    private static X509Certificate parse(ByteString der) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(der.newInput());
    }
}
