package dev.gantry.node.certificate;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import dev.gantry.node.state.NodeCertificate;
import dev.gantry.tls.CertificateRequest;
import dev.gantry.tls.CertificateRole;
import dev.gantry.tls.TlsException;
import dev.gantry.v1.IssueNodeCertificateRequest;
import dev.gantry.v1.IssueNodeCertificateResponse;
import dev.gantry.v1.NodeCertificateServiceGrpc;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.InputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Asks a server for the certificate of the node. */
final class CertificateClient {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private static final int MOST_CERTIFICATES = 10;

    private final String nodeName;
    private final SecureRandom random;

    /**
     * Makes a client.
     *
     * @param nodeName the node's name
     * @param random makes keys
     */
    CertificateClient(String nodeName, SecureRandom random) {
        this.nodeName = nodeName;
        this.random = random;
    }

    /**
     * Makes a key and requests a certificate.
     *
     * @param server {@code HOST:PORT}
     * @param credentials verify the server
     * @param headers the node's id and secrets
     * @return the certificate, completed on a thread of gRPC; fails with a {@link io.grpc.StatusRuntimeException}, or
     *     with a {@link TlsException} if the answer is no certificate of the node
     */
    CompletableFuture<NodeCertificate> request(String server, ChannelCredentials credentials, Metadata headers) {
        KeyPair keys = CertificateRequest.newKeys(random);
        ManagedChannel channel = NettyChannelBuilder.forTarget("dns:///" + server, credentials)
                .disableRetry()
                .build();
        CompletableFuture<IssueNodeCertificateResponse> answer = new CompletableFuture<>();
        Futures.addCallback(
                NodeCertificateServiceGrpc.newFutureStub(channel)
                        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                        .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                        .issueNodeCertificate(IssueNodeCertificateRequest.newBuilder()
                                .setNodeName(nodeName)
                                .setRequest(ByteString.copyFrom(CertificateRequest.make(keys)))
                                .build()),
                new FutureCallback<>() {
                    @Override
                    public void onSuccess(IssueNodeCertificateResponse response) {
                        answer.complete(response);
                    }

                    @Override
                    public void onFailure(Throwable failure) {
                        answer.completeExceptionally(failure);
                    }
                },
                MoreExecutors.directExecutor());
        return answer.whenComplete((response, failure) -> channel.shutdownNow())
                .thenApply(response -> certificate(response, keys));
    }

    private NodeCertificate certificate(IssueNodeCertificateResponse response, KeyPair keys) {
        if (response.getChainCount() < 1 || response.getChainCount() > MOST_CERTIFICATES) {
            throw new TlsException("the server has answered with %d certificates".formatted(response.getChainCount()));
        }
        try {
            List<X509Certificate> chain = new ArrayList<>();
            for (ByteString certificate : response.getChainList()) {
                chain.add(parse(certificate));
            }
            NodeCertificate issued = new NodeCertificate(keys.getPrivate(), chain, parse(response.getAuthority()));
            if (!issued.isOf(nodeName) || !chain.get(0).getPublicKey().equals(keys.getPublic())) {
                throw new TlsException(
                        "the server has issued the certificate of %s, not that of node \"%s\" for its key"
                                .formatted(
                                        CertificateRole.of(chain.get(0))
                                                .map(Object::toString)
                                                .orElse("nobody"),
                                        nodeName));
            }
            return issued;
        } catch (GeneralSecurityException e) {
            throw new TlsException("the server has issued a certificate that can't be read: " + e.getMessage(), e);
        }
    }

    private static X509Certificate parse(ByteString der) throws GeneralSecurityException {
        InputStream in = der.newInput();
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    }
}
